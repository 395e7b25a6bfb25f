package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.ingest.pgbouncer.PgBouncerProbe;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.health.Figure;
import dev.freshet.runtime.health.Reading;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * An application behind PgBouncer with the config of the containers, and who looks at its pools.
 */
final class PooledApplication {

  private static final String PASSWORD = "of-sixteen-and-more-letters";

  private PooledApplication() {}

  /** Reads a table through it, and its pools meanwhile. */
  static void reads(EmbeddedStack stack, Path folder) throws Exception {
    Program pgbouncer = Program.named("pgbouncer", "pgbouncer");
    // It refuses to be root, and becomes somebody who has to read its files.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path users =
        Files.writeString(
            folder.resolve("users"), "\"app\" \"%1$s\"\n\"stats\" \"%1$s\"\n".formatted(PASSWORD));
    int port = freePort();
    String config =
        Repository.read("docker/pgbouncer/pgbouncer.ini")
            .replace("host=postgres port=5432", "host=127.0.0.1 port=" + stack.postgres().port())
            .replace("listen_addr = 0.0.0.0", "listen_addr = 127.0.0.1")
            .replace("listen_port = 6432", "listen_port = " + port)
            .replace("/run/secrets/pgbouncer-users", users.toString());
    Path file = Files.writeString(folder.resolve("pgbouncer.ini"), config);
    boolean root = "root".equals(System.getProperty("user.name"));
    Process running =
        pgbouncer.start(
            Map.of(), root ? List.of("-u", "nobody", file.toString()) : List.of(file.toString()));
    try {
      String url = "jdbc:postgresql://127.0.0.1:" + port + "/demo";
      LeastPrivilegeIT.await("PgBouncer answers", () -> answers(running, url));
      try (Connection app = DriverManager.getConnection(url, "app", PASSWORD)) {
        assertThat(LeastPrivilegeIT.query(app, "SELECT count(*) FROM organizations"))
            .isEqualTo("100");
        app.setAutoCommit(false);
        LeastPrivilegeIT.query(app, "SELECT 1");
        poolsAreSeen(port); // one connection of the pool is in a transaction
      }
    } finally {
      running.destroy();
      running.waitFor();
    }
  }

  private static void poolsAreSeen(int port) throws IOException {
    PostgresConnection console =
        PostgresConnection.parse(
            "postgres://stats:%s@127.0.0.1:%d/pgbouncer".formatted(PASSWORD, port));
    try (PgBouncerProbe probe = new PgBouncerProbe(console)) {
      assertThat(probe.instance()).isEqualTo("127.0.0.1:" + port);
      for (int look = 0; look < 2; look++) {
        List<Reading> found = probe.read();
        assertThat(found)
            .contains(
                Reading.of(Figure.PGBOUNCER_POOL_USED_RATIO, "pool", "demo/app", 1 / 20.0),
                Reading.of(Figure.PGBOUNCER_WAITING_CLIENTS, "pool", "demo/app", 0),
                Reading.of(Figure.PGBOUNCER_WAIT_SECONDS, "pool", "demo/app", 0));
        assertThat(found)
            .filteredOn(reading -> reading.figure() == Figure.PGBOUNCER_CLIENTS_RATIO)
            .singleElement()
            .satisfies(reading -> assertThat(reading.value()).isBetween(0.001, 0.01));
      }
    }
    PostgresConnection wrong =
        PostgresConnection.parse("postgres://stats:wrong@127.0.0.1:%d/pgbouncer".formatted(port));
    try (PgBouncerProbe probe = new PgBouncerProbe(wrong)) {
      assertThatThrownBy(probe::read).isInstanceOf(IOException.class);
    }
  }

  private static boolean answers(Process running, String url) throws IOException {
    if (!running.isAlive()) {
      throw new IOException(
          new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }
    try (Connection connection = DriverManager.getConnection(url, "app", PASSWORD)) {
      return connection.isValid(5);
    } catch (SQLException notYet) {
      return false;
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }
}

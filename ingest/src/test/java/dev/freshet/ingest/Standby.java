package dev.freshet.ingest;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.embedded.EmbeddedStandby;
import dev.freshet.embedded.PostgresAddress;
import dev.freshet.embedded.ServerSpec;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A standby that copies slots, and one day answers at the address of its primary. */
final class Standby implements AutoCloseable {

  private final EmbeddedStack stack;
  private final ServerSpec spec;
  private EmbeddedStandby server;

  Standby(EmbeddedStack stack) {
    this.stack = stack;
    this.spec =
        ServerSpec.in(stack.dataFolder(), "standby")
            .withSetting("sync_replication_slots", "on")
            .withSetting("hot_standby_feedback", "on");
    this.server = new EmbeddedStandby(spec, stack.postgresServer());
    server.start();
  }

  /**
   * A slot is synced once it has passed a snapshot of what runs on the primary: one is written each
   * time we look, by itself the primary would do that every 15 s.
   */
  void awaitSyncedSlot(String slot) {
    String synced =
        "SELECT synced AND NOT temporary FROM pg_replication_slots WHERE slot_name = '%s'"
            .formatted(slot);
    Pipeline.until(
        "slot " + slot + " is synced",
        () -> {
          ask(stack.postgres(), "SELECT pg_log_standby_snapshot()");
          return ask(server.address(), synced).equals("t");
        });
  }

  /** The first value of the first row as text; empty when there is none. */
  private static String ask(PostgresAddress at, String sql) {
    try (Connection connection =
            DriverManager.getConnection(at.jdbcUrl(), at.user(), at.password());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : "";
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** The primary dies; the standby is promoted and moves to its address. */
  void takeOver() {
    server.awaitCaughtUp();
    int port = stack.postgres().port();
    stack.postgresServer().kill();
    server.promote();
    try (Connection connection =
            DriverManager.getConnection(
                server.address().jdbcUrl(), server.address().user(), server.address().password());
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER SYSTEM RESET synchronized_standby_slots");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    server.stop();
    server = new EmbeddedStandby(spec.withPort(port), stack.postgresServer());
    server.start();
  }

  @Override
  public void close() {
    server.close();
  }
}

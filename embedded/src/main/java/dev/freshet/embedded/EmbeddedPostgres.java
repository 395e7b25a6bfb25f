package dev.freshet.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A real Postgres, a child of this JVM that dies with it. Durable ({@code fsync} and {@code
 * synchronous_commit} stay on), ready for logical decoding, on loopback only, without passwords.
 *
 * <p>Safe for use by several threads; starting and stopping exclude each other.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private final ServerSpec spec;
  private final String database;
  private final PostgresServer server;
  private volatile String synchronousStandby = "";

  /**
   * A server that is not started yet.
   *
   * @param database made at the first start: lower case letters, digits and underscores
   */
  public EmbeddedPostgres(ServerSpec spec, String database) {
    this(spec, database, null);
  }

  EmbeddedPostgres(ServerSpec spec, String database, @Nullable Privileges privileges) {
    if (!database.matches("[a-z_][a-z0-9_]{0,62}")) {
      throw new IllegalArgumentException(
          "database is named \"" + database + "\"; use lower case letters, digits, underscores");
    }
    this.spec = spec;
    this.database = database;
    this.server = new PostgresServer(spec, new Primary(), privileges);
  }

  /** The address, the same for all runs of this server. */
  public PostgresAddress address() {
    return new PostgresAddress(
        "127.0.0.1", spec.port(), database, PostgresServer.USER, PostgresServer.USER);
  }

  /** Where its files are. */
  Path data() {
    return spec.data();
  }

  /** Starts it on the data that are there, or on a new database system; returns when it answers. */
  public void start() {
    server.start();
  }

  /** Stops it as an operator would: sessions are ended, a checkpoint is written. */
  public void stop() {
    server.stop();
  }

  /**
   * Kills the postmaster ({@code kill -9}): what was not flushed is recovered at the next start.
   */
  public void kill() {
    server.kill();
  }

  /** Stops it at once, without a checkpoint: for data nobody will read again. */
  void discard() {
    server.discard();
  }

  /**
   * Makes commits wait until the standby of this name acknowledges them, as their session's {@code
   * synchronous_commit} asks; sessions with {@code local} go on as before. An {@link
   * EmbeddedStandby} is named like its spec.
   *
   * <p>While no standby of this name is there, a commit is durable and logically decoded, but its
   * rows are invisible and its session is held: until {@link #commitsWaitForNobody}, or the end of
   * the server.
   *
   * <p>Returns when it counts for every commit that begins later. Outlives stop and start, but not
   * this object. The server must run.
   */
  public void commitsWaitFor(String standby) {
    if (standby.isEmpty() || standby.indexOf('"') >= 0) {
      throw new IllegalArgumentException("standby is named [" + standby + "]");
    }
    synchronizeWith('"' + standby + '"');
  }

  /** Lets go of the commits that wait; later ones need no standby. The server must run. */
  public void commitsWaitForNobody() {
    synchronizeWith("");
  }

  private synchronized void synchronizeWith(String standbys) {
    synchronousStandby = standbys;
    server.reload();
    String counts =
        "SELECT 1 WHERE current_setting('synchronous_standby_names') = '"
            + standbys.replace("'", "''")
            + "'";
    Await.until("commits wait for standby [" + standbys + "]", () -> askNew(counts));
    // A new session is a child of a postmaster that has told everybody; but it is the checkpointer
    // whose word counts, and it listens before it makes a checkpoint.
    Await.until("a checkpoint is made", () -> !askNew("CHECKPOINT"));
  }

  private boolean askNew(String sql) throws IOException {
    try (PostgresWire wire = PostgresWire.connect(spec.port(), PostgresServer.USER, "postgres")) {
      return wire.execute(sql);
    }
  }

  /** The same as {@link #stop()}. */
  @Override
  public void close() {
    stop();
  }

  private final class Primary implements PostgresServer.Part {
    @Override
    public void create(Path data, PostgresTemplate template) throws IOException {
      template.create(data);
    }

    @Override
    public Map<String, String> settings() {
      return Map.of("synchronous_standby_names", synchronousStandby);
    }

    @Override
    public void opened(PostgresWire wire) throws IOException {
      if (!wire.execute("SELECT 1 FROM pg_database WHERE datname = '" + database + "'")) {
        wire.execute("CREATE DATABASE \"" + database + "\"");
      }
    }
  }
}

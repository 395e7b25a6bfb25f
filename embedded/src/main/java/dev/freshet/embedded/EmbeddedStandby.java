package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;

/**
 * A streaming standby of an {@link EmbeddedPostgres} on this machine, open for reading: a real
 * Postgres (15 or later), a child of this JVM that dies with it. It calls itself like its spec, so
 * that name makes it synchronous in {@link EmbeddedPostgres#commitsWaitFor}.
 *
 * <p>Its first start copies the primary's files, so the primary must run then, and makes a physical
 * replication slot there, which keeps the log for it; later starts go on from what it has. Settings
 * a standby must share with its primary, such as {@code max_connections}, belong in both specs.
 *
 * <p>Safe for use by several threads; starting and stopping exclude each other.
 */
public final class EmbeddedStandby implements AutoCloseable {
  private final ServerSpec spec;
  private final EmbeddedPostgres primary;
  private final PostgresServer server;

  /** A standby that is not started yet. */
  public EmbeddedStandby(ServerSpec spec, EmbeddedPostgres primary) {
    if (!spec.name().matches("[a-zA-Z0-9_-]{1,63}")) {
      throw new IllegalArgumentException(
          "standby is named \"" + spec.name() + "\"; use letters, digits, dashes, underscores");
    }
    this.spec = spec;
    this.primary = primary;
    this.server = new PostgresServer(spec, new Standby(), null);
  }

  /** The address, the same for all runs of this server: the primary's database, on this port. */
  public PostgresAddress address() {
    PostgresAddress there = primary.address();
    return new PostgresAddress(
        there.host(), spec.port(), there.database(), there.user(), there.password());
  }

  /**
   * Starts it on the data that are there, or on a copy of the primary's; returns when it answers.
   * Streaming begins by itself, whenever the primary is there.
   */
  public void start() {
    server.start();
  }

  /** Stops it as an operator would. */
  public void stop() {
    server.stop();
  }

  /** Kills it ({@code kill -9}); the next start goes on from its last restart point. */
  public void kill() {
    server.kill();
  }

  /**
   * Stops applying what it receives: its readers see the database as it is now until {@link
   * #resumeReplay}. It goes on receiving, and acknowledges to {@code synchronous_commit = on}, but
   * not to {@code remote_apply}. Returns when nothing is applied any more. A restart resumes.
   */
  public void pauseReplay() {
    ask("SELECT pg_wal_replay_pause()");
    Await.until(
        spec.name() + " has paused",
        () -> tryAsk("SELECT pg_get_wal_replay_pause_state()").equals("paused"));
  }

  /** Goes on applying; what it received meanwhile first. */
  public void resumeReplay() {
    ask("SELECT pg_wal_replay_resume()");
  }

  /** Waits until it has applied everything the primary has flushed before this call. */
  public void awaitCaughtUp() {
    String flushed;
    try {
      flushed = ask(primary.address(), "SELECT pg_current_wal_flush_lsn()");
    } catch (SQLException e) {
      throw refused(primary.address(), e);
    }
    Await.until(
        spec.name() + " has applied the log up to " + flushed,
        () -> tryAsk("SELECT pg_last_wal_replay_lsn() >= '" + flushed + "'").equals("t"));
  }

  /**
   * Makes it a primary of its own, with a new timeline and whatever it had received; returns when
   * it accepts writes. The old primary is not told, and what it alone has is lost to this one.
   */
  public void promote() {
    if (!ask("SELECT pg_promote(wait => true)").equals("t")) {
      throw new StackException(
          spec.name() + " did not become a primary",
          "pg_promote gave up waiting",
          "the whole log is " + spec.log());
    }
  }

  /** The same as {@link #stop()}. */
  @Override
  public void close() {
    stop();
  }

  private String ask(String sql) {
    try {
      return ask(address(), sql);
    } catch (SQLException e) {
      throw refused(address(), e);
    }
  }

  private String tryAsk(String sql) throws IOException {
    try {
      return ask(address(), sql);
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  private static String ask(PostgresAddress address, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(address.jdbcUrl(), address.user(), address.password());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  private static StackException refused(PostgresAddress address, SQLException e) {
    return new StackException(
        "Postgres at " + address + " refuses", e.toString(), "check that it runs", e);
  }

  private final class Standby implements PostgresServer.Part {
    @Override
    public void create(Path data, PostgresTemplate template) throws IOException {
      Path unfinished = data.resolveSibling(data.getFileName() + ".new");
      new FileTree(unfinished).delete();
      Files.createDirectories(data.getParent());
      new BaseBackup(primary.address(), primary.data()).copyInto(unfinished, slot());
      Files.writeString(unfinished.resolve("standby.signal"), "", UTF_8);
      template.privileges().own(unfinished);
      Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public Map<String, String> settings() {
      PostgresAddress there = primary.address();
      return Map.of(
          "hot_standby",
          "on",
          "primary_conninfo",
          "host=%s port=%d user=%s dbname=%s application_name=%s"
              .formatted(there.host(), there.port(), there.user(), there.database(), spec.name()),
          "primary_slot_name",
          slot(),
          "wal_retrieve_retry_interval",
          "200ms");
    }

    /** Slots have no capitals and no dashes. */
    private String slot() {
      return spec.name().toLowerCase(Locale.ROOT).replace('-', '_');
    }

    @Override
    public void opened(PostgresWire wire) throws IOException {
      if (!wire.execute("SELECT 1")) {
        throw new IOException("it does not answer");
      }
    }
  }
}

package dev.freshet.ingest;

import dev.freshet.events.Topics;
import dev.freshet.runtime.PostgresConnection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A row per namespace in {@code freshet.heartbeat}, written again at every interval by a thread of
 * its own.
 *
 * <p>It travels through the log like any change. So the slot moves on an idle database, and whoever
 * reads it knows that everything committed before it has been read. It carries the 64-bit id of its
 * transaction and the oldest id that was still running.
 */
final class Heartbeat implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(35);

  // xid is the statement's own transaction; the snapshot's xmin is at most that, and lower while an
  // older one runs. The column cannot be called xmin: every table has a system column of that name.
  private static final String BEAT =
      """
      INSERT INTO freshet.heartbeat AS h (namespace, beat_at, xid, snapshot_xmin)
      SELECT ?, clock_timestamp(), pg_current_xact_id()::text::bigint,
             pg_snapshot_xmin(pg_current_snapshot())::text::bigint
      ON CONFLICT (namespace) DO UPDATE
      SET beat_at = EXCLUDED.beat_at, xid = EXCLUDED.xid, snapshot_xmin = EXCLUDED.snapshot_xmin
      """;

  /** A beat waits for no synchronous standby: what the log holds travels while one is away. */
  private static final String LOCAL = "SET synchronous_commit = local";

  /** A beat as one text, for whoever runs it in a session of its own. */
  static String statement(Topics topics) {
    return LOCAL
        + "; "
        + BEAT.replace("?", "'" + topics.namespace() + "'").strip().replaceAll("\\s+", " ");
  }

  private final PostgresConnection postgres;
  private final String namespace;
  private final Duration interval;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile Optional<String> problem = Optional.empty();

  Heartbeat(PostgresConnection postgres, Topics topics, Duration interval) {
    this.postgres = postgres;
    this.namespace = topics.namespace();
    this.interval = interval;
    this.thread = new Thread(this::run, "freshet-heartbeat");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Why the last beat failed; empty when it did not. */
  Optional<String> problem() {
    return problem;
  }

  private void run() {
    Duration pause = interval;
    while (!waitedForClose(Duration.ZERO)) {
      try (Connection connection = open();
          PreparedStatement beat = connection.prepareStatement(BEAT)) {
        beat.setString(1, namespace);
        do {
          beat.executeUpdate();
          if (problem.isPresent()) {
            LOG.info("the heartbeat goes on");
            problem = Optional.empty();
          }
          pause = interval;
        } while (!waitedForClose(interval));
      } catch (SQLException e) {
        if (problem.isEmpty()) {
          LOG.warn("the heartbeat waits and tries again: {}", e.getMessage());
        }
        problem = Optional.of(String.valueOf(e.getMessage()));
        if (waitedForClose(pause)) {
          return;
        }
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
                ? LONGEST_PAUSE
                : pause.multipliedBy(2);
      }
    }
  }

  private Connection open() throws SQLException {
    Connection connection = Database.open(postgres);
    try (Statement statement = connection.createStatement()) {
      statement.execute(LOCAL);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
    return connection;
  }

  private boolean waitedForClose(Duration time) {
    try {
      return closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(CLOSE_TIMEOUT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

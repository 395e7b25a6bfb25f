package dev.freshet.materializer.commits;

import dev.freshet.materializer.view.Connections;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A heartbeat on demand: when a change waits to be known as whole, a row of {@code
 * freshet.heartbeat} is written, whose event tells that everything committed before has been
 * captured. At most one at a time, on a thread of its own. Without it the regular heartbeats do the
 * same, later.
 */
final class Pulse implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(2);

  private static final String BEAT =
      """
      INSERT INTO freshet.heartbeat AS h (namespace, beat_at, xid, snapshot_xmin)
      SELECT ?, clock_timestamp(), pg_current_xact_id()::text::bigint,
             pg_snapshot_xmin(pg_current_snapshot())::text::bigint
      ON CONFLICT (namespace) DO UPDATE
      SET beat_at = EXCLUDED.beat_at, xid = EXCLUDED.xid, snapshot_xmin = EXCLUDED.snapshot_xmin
      """;

  private final Connections source;
  private final String name;
  private final Semaphore wanted = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closing;

  /**
   * A pulse that beats when asked.
   *
   * @param namespace of the application; the row is another than the regular heartbeat's
   */
  Pulse(Connections source, String namespace) {
    this.source = source;
    this.name = namespace + "/views";
    this.thread = new Thread(this::run, "freshet-pulse");
    thread.setDaemon(true);
    thread.start();
  }

  /** Asks for a beat; one that is already asked for serves. Does not block. */
  void beat() {
    if (wanted.availablePermits() == 0) {
      wanted.release();
    }
  }

  private void run() {
    boolean told = false;
    while (!closing) {
      try (Connection connection = source.open();
          Statement local = connection.createStatement();
          PreparedStatement beat = connection.prepareStatement(BEAT)) {
        local.execute("SET synchronous_commit = local");
        beat.setString(1, name);
        while (!closing) {
          if (wanted.tryAcquire(1, TimeUnit.SECONDS)) {
            beat.executeUpdate();
            told = false;
            TimeUnit.MILLISECONDS.sleep(SHORTEST_PAUSE.toMillis());
          }
        }
      } catch (SQLException e) {
        if (!told) {
          LOG.warn("views wait for the regular heartbeat meanwhile: {}", e.getMessage());
          told = true;
        }
        waitAfterFailure();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void waitAfterFailure() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_AFTER_FAILURE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closing = true;
    }
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
  }
}

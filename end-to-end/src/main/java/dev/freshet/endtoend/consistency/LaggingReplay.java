package dev.freshet.endtoend.consistency;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stops the standby's replay again and again, for up to {@value #LONGEST_MILLIS} ms. Has a thread
 * of its own.
 */
final class LaggingReplay implements AutoCloseable {

  static final int LONGEST_MILLIS = 600;

  private final Connection connection;
  private final SplittableRandom random;
  private final Thread thread = new Thread(this::run, "lagging-replay");
  private volatile boolean closing;
  private volatile @Nullable Exception failure;

  LaggingReplay(Database database, long seed) throws SQLException {
    this.connection = database.connectToStandby();
    this.random = new SplittableRandom(seed);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try (Statement statement = connection.createStatement()) {
      while (!closing) {
        statement.execute("SELECT pg_wal_replay_pause()");
        Pause.forMillis(random.nextInt(LONGEST_MILLIS));
        statement.execute("SELECT pg_wal_replay_resume()");
        Pause.forMillis(random.nextInt(LONGEST_MILLIS / 2));
      }
    } catch (SQLException e) {
      failure = closing ? null : e;
    }
  }

  /** Throws what ended it, if it ended. */
  void check() {
    Exception cause = failure;
    if (cause != null) {
      throw new IllegalStateException("the replay is not stopped any more", cause);
    }
  }

  @Override
  public void close() throws SQLException {
    closing = true;
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    connection.close();
  }
}

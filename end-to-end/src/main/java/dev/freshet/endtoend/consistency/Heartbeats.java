package dev.freshet.endtoend.consistency;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes a heartbeat every {@value #EVERY_MILLIS} ms, by a statement like capture's own. */
final class Heartbeats implements AutoCloseable {

  static final int EVERY_MILLIS = 100;

  private static final String BEAT =
      """
      UPDATE heartbeat SET xid = pg_current_xact_id()::text::bigint,
        snapshot_xmin = pg_snapshot_xmin(pg_current_snapshot())::text::bigint
      """;

  private final Connection connection;
  private final Thread thread = new Thread(this::run, "heartbeats");
  private volatile boolean closing;
  private volatile @Nullable Exception failure;

  Heartbeats(Database database) throws SQLException {
    this.connection = database.connect();
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try (PreparedStatement beat = connection.prepareStatement(BEAT)) {
      while (!closing) {
        beat.executeUpdate();
        Pause.forMillis(EVERY_MILLIS);
      }
    } catch (SQLException e) {
      failure = closing ? null : e;
    }
  }

  /** Throws what ended it, if it ended. */
  void check() {
    Exception cause = failure;
    if (cause != null) {
      throw new IllegalStateException("the heartbeats have ended", cause);
    }
  }

  @Override
  public void close() throws SQLException {
    closing = true;
    connection.close();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.freshet.endtoend.consistency;

import dev.freshet.runtime.PostgresConnection;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/**
 * A synchronous standby that keeps nothing and acknowledges late: to the primary it is as real as
 * any. A commit that waits for it is in the log and applied, and invisible all the same.
 *
 * <p>How late it is changes a few times a second, from not at all to {@value #LONGEST_MILLIS} ms.
 * Has a thread of its own.
 */
final class SlowStandby implements AutoCloseable {

  static final String NAME = "slow_standby";
  static final int LONGEST_MILLIS = 400;

  private static final int[] DELAYS_MILLIS = {0, 10, 30, 30, 80, 80, 150, LONGEST_MILLIS};
  private static final int TICK_NANOS = 2_000_000;

  private record Received(LogSequenceNumber position, long dueNanos) {}

  private final Connection connection;
  private final PGReplicationStream stream;
  private final SplittableRandom random;
  private final Thread thread = new Thread(this::run, NAME);
  private volatile boolean closing;
  private volatile @Nullable Exception failure;

  SlowStandby(PostgresConnection postgres, long seed) throws SQLException {
    this.random = new SplittableRandom(seed);
    Properties properties = postgres.jdbcProperties();
    properties.setProperty("replication", "true");
    properties.setProperty("assumeMinServerVersion", "14");
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("ApplicationName", NAME);
    this.connection = DriverManager.getConnection(postgres.jdbcUrl(), properties);
    LogSequenceNumber now = flushed();
    this.stream =
        connection
            .unwrap(PGConnection.class)
            .getReplicationAPI()
            .replicationStream()
            .physical()
            .withStartPosition(now)
            .withStatusInterval(1, TimeUnit.SECONDS)
            .start();
    thread.setDaemon(true);
    thread.start();
  }

  private LogSequenceNumber flushed() throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery("IDENTIFY_SYSTEM")) {
      row.next();
      return LogSequenceNumber.valueOf(row.getString("xlogpos"));
    }
  }

  private void run() {
    Deque<Received> waiting = new ArrayDeque<>();
    long delayNanos = 0;
    long changeNanos = System.nanoTime();
    try {
      while (!closing) {
        long now = System.nanoTime();
        if (now - changeNanos >= 0) {
          changeNanos = now + TimeUnit.MILLISECONDS.toNanos(random.nextInt(50, 400));
          delayNanos =
              TimeUnit.MILLISECONDS.toNanos(DELAYS_MILLIS[random.nextInt(DELAYS_MILLIS.length)]);
        }
        boolean received = stream.readPending() != null;
        if (received) {
          waiting.add(new Received(stream.getLastReceiveLSN(), now + delayNanos));
        }
        acknowledge(waiting, now);
        if (!received) {
          Pause.forNanos(TICK_NANOS);
        }
      }
    } catch (SQLException | RuntimeException e) {
      failure = closing ? null : e;
    }
  }

  private void acknowledge(Deque<Received> waiting, long now) throws SQLException {
    LogSequenceNumber done = null;
    while (!waiting.isEmpty() && waiting.getFirst().dueNanos() - now <= 0) {
      done = waiting.removeFirst().position();
    }
    if (done != null) {
      stream.setFlushedLSN(done);
      stream.setAppliedLSN(done);
      stream.forceUpdateStatus();
    }
  }

  /** Throws what ended it, if it ended. */
  void check() {
    Exception cause = failure;
    if (cause != null) {
      throw new IllegalStateException("the slow standby has ended", cause);
    }
  }

  @Override
  public void close() throws SQLException {
    closing = true;
    connection.abort(Runnable::run);
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

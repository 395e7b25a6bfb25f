package dev.freshet.endtoend.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Commits at a rate by one connection, so that places in the log rise with the commits, and how
 * long each takes until the slowest of the views shows it.
 *
 * <p>Another connection asks every two milliseconds where the views stand; what it sees is in the
 * same transaction as the rows.
 */
final class ViewLatency {

  private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final ViewsBed bed;
  private final ViewsBed.RunningViews views;
  private final String schema;
  private final int rows;
  private final int perCommit;

  ViewLatency(ViewsBed bed, ViewsBed.RunningViews views, String schema, int rows, int perCommit) {
    this.bed = bed;
    this.views = views;
    this.schema = schema;
    this.rows = rows;
    this.perCommit = perCommit;
  }

  /** Commits of the run, in their order: the place in the log and the time of each. */
  private static final class Commits {
    final long[] lsn;
    final long[] at;
    volatile int done;

    Commits(int size) {
      this.lsn = new long[size];
      this.at = new long[size];
    }
  }

  /**
   * Runs; blocks until the views show the last change.
   *
   * @param rate row changes a second
   */
  Map<String, Double> run(int rate, int seconds) throws SQLException, InterruptedException {
    int commits = Math.max(1, rate * seconds / perCommit);
    Commits log = new Commits(commits);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread writer = new Thread(() -> write(log, rate), "bench-view-commits");
    writer.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
    writer.start();
    long[] nanos = new long[commits];
    int shown = 0;
    try (Connection connection = bed.connect();
        Statement statement = connection.createStatement()) {
      long last = System.nanoTime();
      while (shown < commits) {
        long position = views.position(statement);
        long now = System.nanoTime();
        int done = log.done;
        while (shown < done && log.lsn[shown] <= position) {
          nanos[shown] = Math.max(0, now - log.at[shown]);
          shown++;
          last = now;
        }
        if (failure.get() != null || now - last > LONGEST_WAIT_NANOS) {
          throw new IllegalStateException(
              "only %d of %d commits became visible".formatted(shown, commits), failure.get());
        }
        LockSupport.parkNanos(LOOK_EVERY_NANOS);
      }
    }
    writer.join();
    Quantiles quantiles = Quantiles.ofNanos(nanos);
    return Map.of(
        "p50_ms", quantiles.millis(0.5),
        "p95_ms", quantiles.millis(0.95),
        "p99_ms", quantiles.millis(0.99),
        "max_ms", quantiles.millis(1),
        "n", (double) commits);
  }

  private void write(Commits log, int rate) {
    double nanosPerCommit = 1e9 * perCommit / rate;
    long start = System.nanoTime();
    try (Connection connection = bed.connect();
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < log.lsn.length; i++) {
        long due = start + (long) (i * nanosPerCommit);
        for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
          LockSupport.parkNanos(early);
        }
        long before = ViewsBed.logEnd(statement);
        int first = 1 + (int) ((long) i * perCommit % Math.max(1, rows - perCommit));
        statement.executeUpdate(
            "UPDATE %s.readings SET kilograms = kilograms + 1 WHERE id BETWEEN %d AND %d"
                .formatted(schema, first, first + perCommit - 1));
        log.lsn[i] = before + 1;
        log.at[i] = System.nanoTime();
        log.done = i + 1;
      }
    } catch (SQLException e) {
      throw new IllegalStateException("a commit failed", e);
    }
  }
}

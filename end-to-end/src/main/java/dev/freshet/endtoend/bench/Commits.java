package dev.freshet.endtoend.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Single-row commits on a fixed schedule, over a few connections that stay open.
 *
 * <p>The schedule does not wait for slow commits: one that starts late is told as late, and the
 * next keeps its own time.
 */
final class Commits implements AutoCloseable {

  private static final int CONNECTIONS = 4;
  private static final String UPDATE = "UPDATE item SET version = version + 1 WHERE id = ?";

  private final List<Connection> connections = new ArrayList<>();
  private final ExecutorService threads;

  /** What happened. */
  static final class Outcome {
    private final long[] committedNanos;
    private final Quantiles late;
    private final double perSecond;

    private Outcome(long[] committedNanos, Quantiles late, double perSecond) {
      this.committedNanos = committedNanos;
      this.late = late;
      this.perSecond = perSecond;
    }

    /** When a commit was acknowledged, by {@link System#nanoTime()}. */
    long committedNanos(int i) {
      return committedNanos[i];
    }

    /** How long after its time each commit began. */
    Quantiles late() {
      return late;
    }

    /** Commits per second reached. */
    double perSecond() {
      return perSecond;
    }
  }

  Commits(TestBed bed) throws SQLException {
    AtomicInteger number = new AtomicInteger();
    this.threads =
        Executors.newFixedThreadPool(
            CONNECTIONS, work -> new Thread(work, "bench-commits-" + number.incrementAndGet()));
    for (int i = 0; i < CONNECTIONS; i++) {
      connections.add(bed.connect());
    }
  }

  /** Updates rows 1 to {@code n}, {@code rate} of them a second, each in its own transaction. */
  Outcome run(int n, int rate) throws InterruptedException {
    Schedule schedule = new Schedule(n, rate);
    List<Future<?>> done = new ArrayList<>();
    for (Connection connection : connections) {
      done.add(
          threads.submit(
              () -> {
                schedule.work(connection);
                return true;
              }));
    }
    for (Future<?> thread : done) {
      try {
        thread.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("a commit failed", e.getCause());
      }
    }
    return schedule.outcome();
  }

  @Override
  public void close() throws SQLException {
    threads.shutdownNow();
    for (Connection connection : connections) {
      connection.close();
    }
  }

  /** One run: who comes next, and when. */
  private static final class Schedule {
    private final long[] committedNanos;
    private final long[] lateNanos;
    private final double nanosPerCommit;
    private final AtomicInteger next = new AtomicInteger();
    private final long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(10);

    Schedule(int n, int rate) {
      this.committedNanos = new long[n];
      this.lateNanos = new long[n];
      this.nanosPerCommit = 1e9 / rate;
    }

    void work(Connection connection) throws SQLException {
      try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
        for (int i = next.getAndIncrement();
            i < committedNanos.length;
            i = next.getAndIncrement()) {
          long due = start + (long) (i * nanosPerCommit);
          for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
            LockSupport.parkNanos(early);
          }
          lateNanos[i] = System.nanoTime() - due;
          update.setInt(1, i + 1);
          update.executeUpdate();
          committedNanos[i] = System.nanoTime();
        }
      }
    }

    Outcome outcome() {
      long last = start;
      for (long committed : committedNanos) {
        last = Math.max(last, committed);
      }
      double seconds = (last - start) / 1e9;
      return new Outcome(
          committedNanos, Quantiles.ofNanos(lateNanos), committedNanos.length / seconds);
    }
  }
}

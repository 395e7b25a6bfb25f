package dev.freshet.endtoend.faults;

import dev.freshet.cache.Fence;
import dev.freshet.cache.Filled;
import io.lettuce.core.RedisException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Commits, loads and requests as the seed decides them, until it is stopped. Survives the absence
 * of every server, as a good application does.
 */
final class Workload implements AutoCloseable {

  private static final long WRITE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LOAD_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long REPORT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(3);
  private static final long AWAY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long END_MILLIS = 60_000;
  private static final int LARGEST_AMOUNT = 1_000;
  private static final Duration TIME_TO_LIVE = Duration.ofHours(1);

  private final Site site;
  private final Requests.Reporter reporter;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong fills = new AtomicLong();
  private final List<Thread> threads;
  private volatile boolean stopped;

  Workload(Site site, Schedule schedule, Requests.Reporter reporter) {
    this.site = site;
    this.reporter = reporter;
    SplittableRandom writes = schedule.random("writer");
    SplittableRandom loads = schedule.random("loader");
    SplittableRandom requests = schedule.random("reporter");
    this.threads =
        List.of(
            new Thread(() -> untilStopped(one -> write(one, writes)), "faults-writer"),
            new Thread(() -> untilStopped(one -> load(one, loads)), "faults-loader"),
            new Thread(() -> report(requests), "faults-reporter"));
  }

  void start() {
    threads.forEach(Thread::start);
  }

  private interface Work {
    void on(Connection connection) throws SQLException;
  }

  private void untilStopped(Work work) {
    while (!stopped) {
      try (Connection connection = site.connect()) {
        while (!stopped) {
          work.on(connection);
        }
      } catch (SQLException | RedisException away) {
        LockSupport.parkNanos(AWAY_NANOS); // a server is away; it will come back
      }
    }
  }

  /** One transaction; the journal tells whether it committed. */
  private void write(Connection connection, SplittableRandom random) throws SQLException {
    int item = 1 + random.nextInt(Pages.ITEMS);
    int group = 1 + random.nextInt(Pages.GROUPS);
    int amount = random.nextInt(LARGEST_AMOUNT);
    String change = "UPDATE items SET version = version + 1, amount = %d".formatted(amount);
    String sql =
        switch (random.nextInt(10)) {
          case 0 -> "DELETE FROM items WHERE id = " + item;
          case 1, 2 ->
              "INSERT INTO items VALUES (%d, %d, 1, %d) ON CONFLICT (id) DO UPDATE SET grp = EXCLUDED.grp"
                  .formatted(item, group, amount);
          case 3 ->
              "UPDATE groups SET name = 'group %d' WHERE id = %d; %s WHERE id BETWEEN %d AND %d"
                  .formatted(amount, group, change, item, item + 5);
          default -> change + " WHERE id = " + item;
        };
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
      commits.incrementAndGet();
    }
    LockSupport.parkNanos(WRITE_PAUSE_NANOS);
  }

  private void load(Connection connection, SplittableRandom random) throws SQLException {
    int page = random.nextInt(Pages.COUNT);
    String name = Pages.tag(page);
    if (site.cache().get(name).isEmpty()) {
      String incarnation = site.cache().incarnation(name);
      Fence fence = Fence.of(connection);
      String shown = Pages.load(connection, page);
      Filled filled =
          site.cache().fill(name, shown, List.of(name), incarnation, fence, TIME_TO_LIVE);
      if (filled instanceof Filled.Stored) {
        fills.incrementAndGet();
      }
    }
    LockSupport.parkNanos(LOAD_PAUSE_NANOS);
  }

  private void report(SplittableRandom random) {
    while (!stopped) {
      reporter.report(random.nextInt(Requests.ROUTES));
      LockSupport.parkNanos(REPORT_PAUSE_NANOS);
    }
  }

  long commits() {
    return commits.get();
  }

  long fills() {
    return fills.get();
  }

  /** Stops; returns when nothing of it is under way any more. */
  @Override
  public void close() {
    stopped = true;
    try {
      for (Thread thread : threads) {
        thread.join(END_MILLIS);
        if (thread.isAlive()) {
          throw new IllegalStateException(thread.getName() + " does not end");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

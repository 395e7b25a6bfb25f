package dev.freshet.app.demo;

import dev.freshet.cache.Entries;
import dev.freshet.cache.Fence;
import dev.freshet.cache.Fill;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Reads cached dashboards, some far more often than others, and fills what is missing. */
final class Reader implements Runnable {

  /** What all readers did. */
  static final class Counts {
    final AtomicLong reads = new AtomicLong();
    final AtomicLong loads = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final Percentiles durations;

    /**
     * @param random chooses which durations are kept when they are too many
     */
    Counts(RandomGenerator random) {
      durations = new Percentiles(random);
    }

    long hits() {
      return reads.get() - loads.get();
    }
  }

  private final DemoDatabase database;
  private final Entries<String> cache;
  private final RandomGenerator random;
  private final Pace pace;
  private final Counts counts;
  private final ReadReports reports;

  Reader(
      DemoDatabase database,
      Entries<String> cache,
      RandomGenerator random,
      double readsPerSecond,
      Counts counts,
      ReadReports reports) {
    this.database = database;
    this.cache = cache;
    this.random = random;
    this.pace = new Pace(readsPerSecond);
    this.counts = counts;
    this.reports = reports;
  }

  @Override
  public void run() {
    try (Connection connection = database.connect()) {
      while (!Thread.currentThread().isInterrupted()) {
        pace.await(1);
        read(connection, somePage());
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      throw new IllegalStateException("the demo's reader failed", e);
    }
  }

  /** Squared, so that low numbers are popular. */
  private Page somePage() {
    double popular = random.nextDouble() * random.nextDouble();
    return random.nextBoolean()
        ? Page.org(1 + (int) (popular * DemoDatabase.ORGANIZATIONS))
        : Page.facility(1 + (int) (popular * DemoDatabase.FACILITIES));
  }

  private void read(Connection connection, Page page) {
    counts.reads.incrementAndGet();
    long began = System.nanoTime();
    boolean[] loaded = {false};
    cache.get(
        page.key(),
        fill -> {
          loaded[0] = true;
          return load(connection, page, fill);
        });
    long took = System.nanoTime() - began;
    counts.durations.record(took);
    reports.read(page.route(), took, !loaded[0]);
  }

  private String load(Connection connection, Page page, Fill fill) throws SQLException {
    counts.loads.incrementAndGet();
    Fence fence = Fence.of(connection);
    fill.fence(fence).tag(page.tags().toArray(String[]::new));
    return new CachedPage(fence, page.load(connection)).toString();
  }
}

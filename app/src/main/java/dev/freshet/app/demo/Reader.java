package dev.freshet.app.demo;

import dev.freshet.cache.Fence;
import dev.freshet.cache.Filled;
import dev.freshet.cache.RedisTier;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Reads cached dashboards, some far more often than others, and fills what is missing. */
final class Reader implements Runnable {

  private static final Duration TIME_TO_LIVE = Duration.ofMinutes(10);

  /** What all readers did. */
  static final class Counts {
    final AtomicLong reads = new AtomicLong();
    final AtomicLong hits = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
  }

  private final DemoDatabase database;
  private final RedisTier cache;
  private final RandomGenerator random;
  private final Pace pace;
  private final Counts counts;

  Reader(
      DemoDatabase database,
      RedisTier cache,
      RandomGenerator random,
      double readsPerSecond,
      Counts counts) {
    this.database = database;
    this.cache = cache;
    this.random = random;
    this.pace = new Pace(readsPerSecond);
    this.counts = counts;
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

  private void read(Connection connection, Page page) throws SQLException {
    counts.reads.incrementAndGet();
    Optional<String> cached = cache.get(page.key());
    if (cached.isPresent()) {
      counts.hits.incrementAndGet();
      return;
    }
    String incarnation = cache.incarnation(page.key());
    Fence fence = Fence.of(connection);
    CachedPage loaded = new CachedPage(fence, page.load(connection));
    Filled filled =
        cache.fill(page.key(), loaded.toString(), page.tags(), incarnation, fence, TIME_TO_LIVE);
    if (filled instanceof Filled.Refused) {
      counts.refused.incrementAndGet();
    }
  }
}

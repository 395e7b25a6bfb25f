package dev.freshet.endtoend;

import dev.freshet.cache.Fence;
import dev.freshet.cache.Filled;
import io.lettuce.core.RedisException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/**
 * Items that change all the time, and cached copies of them that are loaded again when they are
 * gone. Survives the absence of any service, as a good application does. A change that is lost
 * leaves a copy that is not like its item.
 */
final class Load implements AutoCloseable {

  /** The rule its config needs. */
  static final String RULE = "  public.items: [ \"item:{id}\" ]\n";

  /** So many that most changes of a short outage are the last of their item. */
  private static final int ITEMS = 500;

  private static final int COMMITS_PER_SECOND = 150;
  private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos() / COMMITS_PER_SECOND;
  private static final long READ_PAUSE_NANOS = Duration.ofMillis(1).toNanos();
  private static final Duration TIME_TO_LIVE = Duration.ofHours(1);
  private static final long SEED = 8;

  private final Shop shop;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong fills = new AtomicLong();
  private final List<Thread> threads;
  private volatile boolean stopped;

  /** Makes the table; changes begin with {@link #start}. */
  Load(Shop shop) throws SQLException {
    this.shop = shop;
    shop.sql(
        "CREATE TABLE items (id int PRIMARY KEY, version int NOT NULL)",
        "INSERT INTO items SELECT i, 0 FROM generate_series(1, %d) i".formatted(ITEMS));
    SplittableRandom random = new SplittableRandom(SEED);
    RandomGenerator writers = random.split();
    this.threads =
        List.of(
            new Thread(() -> untilStopped(one -> write(one, writers)), "load-writer"),
            new Thread(() -> untilStopped(this::read), "load-reader"));
  }

  void start() {
    threads.forEach(Thread::start);
  }

  /** Every item has a copy in the cache. */
  void awaitCached() {
    Wait.until("every item was cached once", () -> fills.get() >= ITEMS);
  }

  /** Waits for so many further commits. */
  void awaitCommits(long more) {
    long wanted = commits.get() + more;
    Wait.until(more + " further commits", () -> commits.get() >= wanted);
  }

  private interface Work {
    void on(Connection connection) throws SQLException;
  }

  private void untilStopped(Work work) {
    while (!stopped) {
      try (Connection connection = shop.connect()) {
        while (!stopped) {
          work.on(connection);
        }
      } catch (SQLException | RedisException away) {
        LockSupport.parkNanos(10 * PAUSE_NANOS); // a service is away; it will come back
      }
    }
  }

  private void write(Connection connection, RandomGenerator random) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE items SET version = version + 1 WHERE id = ?")) {
      update.setInt(1, 1 + random.nextInt(ITEMS));
      update.executeUpdate();
      commits.incrementAndGet();
    }
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  private void read(Connection connection) throws SQLException {
    for (int id = 1; id <= ITEMS && !stopped; id++) {
      if (!shop.holds(key(id))) {
        fill(connection, id);
      }
      LockSupport.parkNanos(READ_PAUSE_NANOS);
    }
  }

  private void fill(Connection connection, int id) throws SQLException {
    String incarnation = shop.cache().incarnation(key(id));
    Fence fence = Fence.of(connection);
    try (PreparedStatement select =
        connection.prepareStatement("SELECT version FROM items WHERE id = ?")) {
      select.setInt(1, id);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        Filled filled =
            shop.cache()
                .fill(
                    key(id),
                    row.getString(1),
                    List.of("item:" + id),
                    incarnation,
                    fence,
                    TIME_TO_LIVE);
        if (filled instanceof Filled.Stored) {
          fills.incrementAndGet();
        }
      }
    }
  }

  private static String key(int id) {
    return "item-page:" + id;
  }

  /** Stops changing and loading; then waits until no copy differs from its item any more. */
  void stopAndAwaitFresh() {
    close();
    Wait.until("no stale copy is left of " + fills.get() + " stored", () -> stale().isEmpty());
  }

  /** Copies that are not like their item: the cached and the true version. */
  Map<String, String> stale() throws SQLException {
    Map<String, String> stale = new TreeMap<>();
    try (Connection connection = shop.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT id, version::text FROM items")) {
      while (row.next()) {
        String key = key(row.getInt(1));
        String version = row.getString(2);
        shop.cache()
            .get(key)
            .filter(copy -> !copy.equals(version))
            .ifPresent(copy -> stale.put(key, copy + " instead of " + version));
      }
    }
    return stale;
  }

  /** Copies there are now. */
  long cached() {
    long cached = 0;
    for (int id = 1; id <= ITEMS; id++) {
      cached += shop.holds(key(id)) ? 1 : 0;
    }
    return cached;
  }

  @Override
  public void close() {
    stopped = true;
    try {
      for (Thread thread : threads) {
        thread.join(Wait.LONGEST.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

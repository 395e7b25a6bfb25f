package dev.freshet.cache;

import static dev.freshet.cache.CacheRig.PLAIN;
import static dev.freshet.cache.CacheRig.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedPostgres;
import dev.freshet.embedded.PostgresAddress;
import dev.freshet.embedded.ServerSpec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fences and invalidations from real connections to Postgres. */
class FreshCacheWriterIT {

  @TempDir static Path folder;
  private static CacheRig rig;
  private static EmbeddedPostgres postgres;

  @BeforeAll
  static void start() throws SQLException {
    rig = new CacheRig(folder);
    postgres = new EmbeddedPostgres(ServerSpec.in(folder, "postgres"), "shop");
    postgres.start();
    try (Connection connection = connect()) {
      execute(connection, "CREATE TABLE items (id int PRIMARY KEY, price int)");
    }
  }

  @AfterAll
  static void stop() {
    postgres.close();
    rig.close();
  }

  @BeforeEach
  void reset() throws SQLException {
    rig.reset();
    try (Connection connection = connect()) {
      execute(connection, "TRUNCATE items");
      execute(connection, "INSERT INTO items VALUES (7, 1)");
    }
  }

  private static Connection connect() throws SQLException {
    PostgresAddress address = postgres.address();
    return DriverManager.getConnection(address.jdbcUrl(), address.user(), address.password());
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int price(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT price FROM items WHERE id = 7")) {
      row.next();
      return row.getInt(1);
    }
  }

  private static Integer load(Fill fill) throws SQLException {
    try (Connection connection = connect()) {
      fill.fence(connection).tag("item:7");
      return price(connection);
    }
  }

  private static int get(FreshCache cache) {
    return cache.get("p", PLAIN, Integer.class, FreshCacheWriterIT::load);
  }

  @Test
  void theFenceOfAPrimaryHasItsUnfinishedTransactions() throws SQLException {
    try (Connection writer = connect();
        Connection reader = connect()) {
      writer.setAutoCommit(false);
      execute(writer, "UPDATE items SET price = 2");
      execute(reader, "INSERT INTO items VALUES (8, 1)");
      Fence fence = Fence.of(reader);
      assertThat(fence.unfinished()).endsWith(":" + fence.xmin());
    }
  }

  @Test
  void aTransactionThatHasWrittenHasNoFence() throws SQLException {
    try (Connection writer = connect()) {
      writer.setAutoCommit(false);
      assertThat(Fence.of(writer)).isNotEqualTo(Fence.NEVER);
      execute(writer, "UPDATE items SET price = 2");
      assertThat(Fence.of(writer)).isEqualTo(Fence.NEVER);
    }
  }

  @Test
  void theWritersNextReadIsFreshAndNothingOldComesInBefore() throws Exception {
    try (FreshCache cache = rig.open(rig.builder());
        Connection writer = connect()) {
      assertThat(get(cache)).isEqualTo(1);
      writer.setAutoCommit(false);
      execute(writer, "UPDATE items SET price = 2");
      assertThat(cache.invalidate(writer, "item:7")).isTrue();
      assertThat(get(cache)).as("not committed yet").isEqualTo(1);
      assertThat(rig.redis.exists("shop:{0}:entry:p")).as("and not stored").isZero();
      writer.commit();
      assertThat(get(cache)).isEqualTo(2);
      assertThat(rig.redis.exists("shop:{0}:entry:p")).isOne();
    }
  }

  @Test
  void theWritersNextReadIsFreshEvenWhereStaleValuesAreServed() throws Exception {
    TtlClass soft = PLAIN.withStaleFor(Duration.ofMinutes(10));
    try (FreshCache cache = rig.open(rig.builder());
        Connection writer = connect()) {
      Entries<Integer> prices = cache.entries(soft, Integer.class);
      assertThat(prices.get("p", FreshCacheWriterIT::load)).isEqualTo(1);
      execute(writer, "UPDATE items SET price = 2");
      cache.invalidate(writer, "item:7");
      assertThat(prices.get("p", FreshCacheWriterIT::load)).isEqualTo(2);
      execute(writer, "UPDATE items SET price = 3");
      assertThat(cache.remove("p")).isTrue();
      assertThat(prices.get("p", FreshCacheWriterIT::load)).isEqualTo(3);
    }
  }

  @Test
  void theWriterDoesNotJoinALoadThatBeganBeforeItsCommit() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (FreshCache cache = rig.open(rig.builder());
        Connection writer = connect()) {
      writer.setAutoCommit(false);
      execute(writer, "UPDATE items SET price = 2");
      cache.invalidate(writer, "item:7");
      Entries<Integer> prices = cache.entries(PLAIN, Integer.class);
      CompletableFuture<Integer> before =
          prices.getAsync(
              "p",
              fill -> {
                int old = load(fill);
                begun.countDown();
                go.await(20, TimeUnit.SECONDS);
                return old;
              });
      begun.await(20, TimeUnit.SECONDS);
      writer.commit();
      CompletableFuture<Integer> own = prices.getAsync("p", FreshCacheWriterIT::load);
      until("it has missed", () -> rig.count("freshet.cache.gets", "result", "miss") == 2);
      go.countDown();
      assertThat(own.get(20, TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(before.get(20, TimeUnit.SECONDS)).isEqualTo(1);
    }
  }

  @Test
  void whatIsReadInsideTheWritingTransactionIsServedAndNotStored() throws Exception {
    try (FreshCache cache = rig.open(rig.builder());
        Connection writer = connect()) {
      writer.setAutoCommit(false);
      execute(writer, "UPDATE items SET price = 3");
      int own =
          cache.get(
              "p",
              PLAIN,
              Integer.class,
              fill -> {
                fill.fence(writer).tag("item:7");
                return price(writer);
              });
      writer.rollback();
      assertThat(own).isEqualTo(3);
      assertThat(get(cache)).isEqualTo(1);
      assertThat(rig.count("freshet.cache.fills", "outcome", "own-writes")).isEqualTo(1);
    }
  }

  @Test
  void anInvalidationAfterTheCommitReachesOtherProcessesToo() throws Exception {
    try (FreshCache cache = rig.open(rig.builder());
        FreshCache other = rig.another();
        Connection writer = connect()) {
      assertThat(get(cache)).isEqualTo(1);
      assertThat(get(other)).isEqualTo(1);
      execute(writer, "UPDATE items SET price = 4");
      cache.invalidate(writer, "item:7");
      assertThat(get(cache)).isEqualTo(4);
      until("the other hears of it", () -> get(other) == 4);
    }
  }

  @Test
  void aTagOfManyKeysIsDeletedInBoundedCalls() throws Exception {
    try (FreshCache cache = rig.open(rig.builder());
        Connection writer = connect()) {
      for (int i = 0; i < 3500; i++) {
        rig.redis.set("member:" + i, "x");
        rig.redis.zadd("shop:{0}:tag:huge", 1e15, "member:" + i);
      }
      assertThat(cache.invalidate(writer, "huge", "item:7")).isTrue();
      assertThat(rig.redis.keys("member:*")).isEmpty();
      assertThat(rig.redis.exists("shop:{0}:tag:huge")).isZero();
      assertThat(rig.redis.zscore("shop:{0}:marks", "item:7")).isPositive();
    }
  }
}

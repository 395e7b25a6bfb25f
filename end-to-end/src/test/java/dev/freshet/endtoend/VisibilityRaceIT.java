package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.cache.Fence;
import dev.freshet.cache.Filled;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.endtoend.peers.LeaseCache;
import dev.freshet.endtoend.peers.LsnCache;
import dev.freshet.endtoend.peers.PeerCache;
import dev.freshet.endtoend.peers.PeerFeed;
import dev.freshet.events.Lsn;
import dev.freshet.runtime.KafkaConnection;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A change is in Postgres's log, and through the whole pipeline, before any reader can see it: a
 * synchronous standby has not acknowledged it. Whoever loads now loads the old row, after its only
 * invalidation.
 */
@Timeout(180)
class VisibilityRaceIT {

  private static final String RULES =
      """
      ingest: { heartbeat-interval: 100ms }
      invalidate:
        public.items: [ "item:{id}" ]
      """;

  private static final String KEY = "item:1";
  private static final Duration TIME_TO_LIVE = Duration.ofHours(1);

  @TempDir Path folder;

  @Test
  void leasesAndLogPositionsAreStaleForEverAndTheFenceIsNot() throws Exception {
    try (EmbeddedStack stack = EmbeddedStack.builder().start();
        Shop shop = new Shop(stack, folder, Shop.KAFKA + RULES)) {
      shop.sql(
          "CREATE TABLE items (id int PRIMARY KEY, version int NOT NULL)",
          "INSERT INTO items VALUES (1, 0)");
      shop.start();
      shop.awaitApplied();
      RedisClient client = RedisClient.create(stack.redisUri());
      try (StatefulRedisConnection<String, String> redis = client.connect()) {
        LeaseCache lease = new LeaseCache(redis, "peer:lease:");
        LsnCache lsn = new LsnCache(redis, "peer:lsn:");
        List<PeerCache> peers = List.of(lease, lsn);
        try (PeerFeed feed =
            new PeerFeed(
                new KafkaConnection(stack.kafkaBootstrap(), Map.of()),
                shop.config().topics(),
                () -> logEnd(shop),
                peers)) {
          feed.start();
          race(stack, shop, peers);
          settle(shop, feed);
        }
        assertThat(version(shop)).isEqualTo("1");
        assertThat(lease.get(KEY)).as("lease").contains("0");
        assertThat(lsn.get(KEY)).as("log position").contains("0");
        assertThat(shop.cache().get(KEY)).as("fence").isEmpty();
        Wait.until("a load is stored", () -> fill(shop) instanceof Filled.Stored);
        assertThat(shop.cache().get(KEY)).contains("1");
      } finally {
        client.shutdown();
      }
    }
  }

  private static void race(EmbeddedStack stack, Shop shop, List<PeerCache> peers) throws Exception {
    // Everybody has the row as it is, so that the invalidation's arrival can be seen.
    Wait.until("the cache is filled", () -> fill(shop) instanceof Filled.Stored);
    for (PeerCache peer : peers) {
      Wait.until("a peer is filled", () -> fill(shop, peer));
    }
    stack.postgresServer().commitsWaitFor("nobody");
    CompletableFuture<Void> update = inBackground(shop, "UPDATE items SET version = 1");
    shop.awaitGone(KEY);
    for (PeerCache peer : peers) {
      Wait.until("the invalidation is there", () -> peer.get(KEY).isEmpty());
    }

    assertThat(version(shop)).as("what a reader sees").isEqualTo("0");
    for (PeerCache peer : peers) {
      assertThat(fill(shop, peer)).as("%s stores it", peer).isTrue();
    }
    assertThat(fill(shop)).isInstanceOf(Filled.Refused.class);

    assertThat(update).isNotDone();
    stack.postgresServer().commitsWaitForNobody();
    update.get(60, TimeUnit.SECONDS);
  }

  /** All that was committed has arrived everywhere, and nothing is left that could. */
  private static void settle(Shop shop, PeerFeed feed) throws Exception {
    Lsn end = logEnd(shop);
    shop.awaitApplied();
    Wait.until("the peers have everything", () -> feed.applied().compareTo(end) >= 0);
  }

  private static boolean fill(Shop shop, PeerCache peer) throws SQLException {
    try (Connection connection = shop.connect()) {
      Optional<PeerCache.Miss> miss = peer.miss(KEY, connection);
      return miss.isPresent() && peer.fill(miss.get(), version(connection), TIME_TO_LIVE);
    }
  }

  private static Filled fill(Shop shop) throws SQLException {
    try (Connection connection = shop.connect()) {
      String incarnation = shop.cache().incarnation(KEY);
      Fence fence = Fence.of(connection);
      return shop.cache()
          .fill(KEY, version(connection), List.of(KEY), incarnation, fence, TIME_TO_LIVE);
    }
  }

  private static String version(Connection connection) throws SQLException {
    return ask(connection, "SELECT version FROM items WHERE id = 1");
  }

  private static String version(Shop shop) throws SQLException {
    try (Connection connection = shop.connect()) {
      return version(connection);
    }
  }

  private static Lsn logEnd(Shop shop) throws SQLException {
    try (Connection connection = shop.connect()) {
      return Lsn.parse(ask(connection, "SELECT pg_current_wal_flush_lsn()"));
    }
  }

  private static String ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static CompletableFuture<Void> inBackground(Shop shop, String sql) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                shop.sql(sql);
                done.complete(null);
              } catch (SQLException e) {
                done.completeExceptionally(e);
              }
            },
            "test-writer");
    thread.setDaemon(true);
    thread.start();
    return done;
  }
}

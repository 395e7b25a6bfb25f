package dev.freshet.cache;

import static dev.freshet.cache.CacheRig.PLAIN;
import static dev.freshet.cache.CacheRig.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedRedisCluster;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same library on a Redis Cluster of three nodes and eight buckets. */
class FreshCacheClusterIT {

  private static final Layout LAYOUT = new Layout("shop", 8);

  @TempDir static Path folder;
  private static EmbeddedRedisCluster servers;
  private static RedisClusterClient client;
  private static RedisAdvancedClusterCommands<String, String> redis;

  private final AtomicInteger loads = new AtomicInteger();

  @BeforeAll
  static void start() {
    servers = EmbeddedRedisCluster.of(EmbeddedRedisCluster.specs(folder, 3));
    servers.start();
    client = RedisClusterClient.create(servers.uris().get(0));
    redis = client.connect().sync();
    for (int bucket = 0; bucket < LAYOUT.buckets(); bucket++) {
      redis.hset(LAYOUT.head(bucket), Map.of("incarnation", "i1", "buckets", "8", "floor", "100"));
    }
  }

  @AfterAll
  static void stop() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    servers.close();
  }

  private static void heartbeat() {
    long now = System.currentTimeMillis() * 1000;
    for (int bucket = 0; bucket < LAYOUT.buckets(); bucket++) {
      redis.hset(LAYOUT.head(bucket), Map.of("committed_us", "" + now, "xmin", "1000"));
      long seq = redis.hincrby(LAYOUT.head(bucket), "seq", 1);
      redis.publish(LAYOUT.feed(bucket), "[\"i1\",%d,%d,1000,[]]".formatted(seq, now));
    }
  }

  private static FreshCache open() throws InterruptedException {
    FreshCache cache =
        FreshCache.builder()
            .namespace("shop")
            .redis(
                String.join(",", servers.uris())
                    .replace(",redis://", ",")
                    .replace("redis:", "redis-cluster:"))
            .feedLimits(new FeedLimits(Duration.ofMinutes(1), Duration.ofMillis(100), 10_000, 100))
            .build();
    assertThat(cache.awaitReady(Duration.ofSeconds(20))).isTrue();
    until("all buckets are trusted", () -> trusted(cache));
    return cache;
  }

  private static boolean trusted(FreshCache cache) {
    heartbeat();
    Feed feed = cache.parts().feed();
    return feed.layout().equals(LAYOUT)
        && IntStream.range(0, LAYOUT.buckets()).allMatch(feed::trusted);
  }

  private Map<String, Integer> loadAll(Iterable<String> keys, BatchFill fills) {
    loads.incrementAndGet();
    fills.fence("2000:2000:").tagAll("t");
    Map<String, Integer> all = new HashMap<>();
    keys.forEach(key -> all.put(key, loads.get()));
    return all;
  }

  @Test
  void entriesOfAllNodesAreFilledReadTogetherAndRemovedEverywhere() throws Exception {
    List<String> keys = IntStream.range(0, 100).mapToObj(i -> "key:" + i).toList();
    try (FreshCache cache = open();
        FreshCache other = open()) {
      Entries<Integer> here = cache.entries(PLAIN, Integer.class);
      Entries<Integer> there = other.entries(PLAIN, Integer.class);
      assertThat(here.getAll(keys, this::loadAll)).hasSize(100);
      assertThat(there.getAll(keys, this::loadAll)).hasSize(100).containsValue(1);
      assertThat(loads).hasValue(1);
      for (String key : keys) {
        assertThat(redis.exists(LAYOUT.entry(key))).isOne();
      }
      assertThat(here.get("single", fill -> fill.fence("2000:2000:").key().length())).isEqualTo(6);

      cache.remove("key:1", "key:2", "key:3");
      assertThat(here.peek("key:2")).isEmpty();
      until("the other forgets it", () -> there.peek("key:2").isEmpty());
      assertThat(there.peek("key:4")).hasValue(1);
    }
  }
}

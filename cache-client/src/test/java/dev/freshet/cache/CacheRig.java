package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedRedis;
import dev.freshet.embedded.ServerSpec;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A Redis, the part of Freshet's sink that caches need to see, and caches on it. */
final class CacheRig implements AutoCloseable {

  static final String NAMESPACE = "shop";
  static final String HEAD = "shop:{0}:head";
  static final String FEED = "shop:{0}:feed";
  static final TtlClass PLAIN = TtlClass.of("plain", Duration.ofMinutes(10)).withEarliness(0);

  final EmbeddedRedis server;
  final RedisClient client;
  final RedisCommands<String, String> redis;
  SimpleMeterRegistry registry = new SimpleMeterRegistry();
  SimpleMeterRegistry othersRegistry = new SimpleMeterRegistry();
  private long xmin = 1000;

  CacheRig(Path folder) {
    server = new EmbeddedRedis(ServerSpec.in(folder, "redis").withoutDurability());
    server.start();
    client = RedisClient.create(server.uri());
    redis = client.connect().sync();
  }

  /** An empty Redis with a head and a first heartbeat. */
  void reset() {
    redis.flushall();
    xmin = 1000;
    registry = new SimpleMeterRegistry();
    othersRegistry = new SimpleMeterRegistry();
    redis.hset(HEAD, Map.of("incarnation", "i1", "buckets", "1", "floor", "100"));
    heartbeat();
  }

  /** What the sink does once a second. */
  void heartbeat() {
    heartbeat(System.currentTimeMillis() * 1000);
  }

  void heartbeat(long committedMicros) {
    xmin++;
    redis.hset(
        HEAD, Map.of("committed_us", Long.toString(committedMicros), "xmin", Long.toString(xmin)));
    publish(committedMicros, "");
  }

  /** What the sink does when a row changed. */
  void apply(long xid, String... tags) {
    redis.zadd("shop:{0}:marks", xid, tags[0]);
    for (String tag : tags) {
      redis.zadd("shop:{0}:marks", xid, tag);
      List<String> members = redis.zrange("shop:{0}:tag:" + tag, 0, -1);
      members.forEach(redis::unlink);
      redis.unlink("shop:{0}:tag:" + tag);
    }
    publish(0, "\"" + String.join("\",\"", tags) + "\"");
  }

  private void publish(long committedMicros, String tags) {
    long seq = redis.hincrby(HEAD, "seq", 1);
    redis.publish(FEED, "[\"i1\",%d,%d,%d,[%s]]".formatted(seq, committedMicros, xmin, tags));
  }

  FreshCacheBuilder builder() {
    return FreshCache.builder()
        .namespace(NAMESPACE)
        .redis(client)
        .metrics(registry)
        .feedLimits(new FeedLimits(Duration.ofMinutes(1), Duration.ofMillis(100), 10_000, 100));
  }

  /** Opens it, and waits until its local cache is trusted. */
  FreshCache open(FreshCacheBuilder builder) throws InterruptedException {
    FreshCache cache = builder.build();
    assertThat(cache.awaitReady(Duration.ofSeconds(20))).isTrue();
    until("the feed is trusted", () -> trusts(cache));
    return cache;
  }

  private boolean trusts(FreshCache cache) {
    heartbeat();
    return cache.parts().feed().trusted(0);
  }

  /** A cache as another process has it. */
  FreshCache another() throws InterruptedException {
    return open(builder().metrics(othersRegistry));
  }

  double count(String name, String... tags) {
    return count(registry, name, tags);
  }

  static double count(SimpleMeterRegistry registry, String name, String... tags) {
    var found = registry.find(name).tags(tags).counter();
    return found == null ? 0 : found.count();
  }

  static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within 30 s: " + what);
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    server.close();
  }
}

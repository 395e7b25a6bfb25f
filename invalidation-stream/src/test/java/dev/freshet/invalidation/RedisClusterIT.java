package dev.freshet.invalidation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.cache.Fence;
import dev.freshet.cache.Filled;
import dev.freshet.cache.RedisTier;
import dev.freshet.embedded.EmbeddedRedisCluster;
import dev.freshet.events.ChangeSource;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.Lsn;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Sink;
import dev.freshet.runtime.health.Figure;
import io.lettuce.core.cluster.RedisClusterClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sink on three Redis servers that share the keys, with more buckets than servers. */
@Timeout(60)
class RedisClusterIT {

  private static final Topics TOPICS = new Topics("shop");
  private static final int BUCKETS = 8;

  @TempDir static Path folder;

  private static EmbeddedRedisCluster cluster;
  private static RedisClusterClient client;
  private static String uri;
  private long offset;

  @BeforeAll
  static void start() {
    cluster = EmbeddedRedisCluster.of(EmbeddedRedisCluster.specs(folder, 3));
    cluster.start();
    client = RedisClusterClient.create(cluster.uris().get(0));
    uri = cluster.uris().get(0).replace("redis://", "redis-cluster://");
  }

  @AfterAll
  static void stop() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    cluster.close();
  }

  private static Sink openSink() {
    InvalidationConfig config =
        new InvalidationConfig(1, Duration.ofMinutes(1), BUCKETS, 1_000_000);
    Sink sink =
        InvalidationStream.openSink(
            TOPICS,
            config,
            new KafkaConnection("127.0.0.1:1", Map.of()), // only reports would go there
            uri,
            new SimpleMeterRegistry(),
            InstantSource.system());
    sink.nextOffsets(Sink.Assignment.all(1));
    return sink;
  }

  private void apply(Sink sink, Invalidation... invalidations) {
    sink.apply(
        List.of(invalidations).stream()
            .map(
                one ->
                    new ConsumerRecord<>(
                        TOPICS.invalidations(),
                        0,
                        offset++,
                        new byte[0],
                        InvalidationJson.write(one)))
            .toList());
  }

  private static Invalidation stale(long xid, String... tags) {
    ChangeSource source =
        new ChangeSource(new TableName("public", "readings"), "{}", new Lsn(xid), xid, 0);
    return new Invalidation.Stale(
        Set.of(tags),
        Set.of("plain:1", "plain:2", "plain:3"),
        Set.of(),
        new Invalidation.Cause('u', source));
  }

  @Test
  void aTagDiesOnEveryServerAndOtherCachesKeysTheSame() {
    try (Sink sink = openSink();
        RedisTier cache = cache(sink);
        var connection = client.connect()) {
      List<String> keys = IntStream.range(0, 60).mapToObj(i -> "page:" + i).toList();
      for (String key : keys) {
        assertThat(
                cache.fill(
                    key,
                    "value",
                    List.of("org:7"),
                    cache.incarnation(key),
                    new Fence(200, ""),
                    Duration.ofMinutes(1)))
            .isEqualTo(new Filled.Stored());
      }
      List.of("plain:1", "plain:2", "plain:3").forEach(key -> connection.sync().set(key, "x"));

      apply(sink, stale(201, "org:7"));

      assertThat(keys).allSatisfy(key -> assertThat(cache.get(key)).isEmpty());
      assertThat(connection.sync().exists("plain:1", "plain:2", "plain:3")).isZero();
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        assertThat(connection.sync().hget("shop:{" + bucket + "}:head", "offset:0")).isEqualTo("2");
      }
    }
    assertThat(CacheReset.clear(uri, TOPICS)).isGreaterThanOrEqualTo(BUCKETS);
  }

  @Test
  void theSystemsHealthIsThatOfAllPrimaries() {
    List<String> nodes = cluster.uris();
    try (RedisProbe probe = new RedisProbe(uri);
        RedisConnection last = RedisConnection.open(nodes.get(nodes.size() - 1))) {
      assertThat(readings(probe).get(Figure.REDIS_PRIMARIES)).isEqualTo(nodes.size());
      assertThat(readings(probe)).doesNotContainKey(Figure.REDIS_MEMORY_USED_RATIO);
      RedisConnection.await(last.commands().configSet("maxmemory", "1gb"));
      RedisConnection.await(last.commands().configSet("maxmemory-policy", "allkeys-lru"));
      Map<Figure, Double> found = readings(probe);
      assertThat(found.get(Figure.REDIS_MEMORY_USED_RATIO)).isBetween(0.0001, 0.5);
      assertThat(found.get(Figure.REDIS_UNSAFE_EVICTION)).isEqualTo(1);
      assertThat(found.get(Figure.REDIS_MEMORY_USED_BYTES))
          .as("more than one primary's")
          .isGreaterThan(found.getOrDefault(Figure.REDIS_MEMORY_USED_RATIO, 1.0) * (1 << 30) * 1.5);
      RedisConnection.await(last.commands().configSet("maxmemory-policy", "noeviction"));
      RedisConnection.await(last.commands().configSet("maxmemory", "0"));
    }
  }

  @Test
  void doctorNamesThePrimaryThatIsNotWell() {
    for (String node : cluster.uris()) {
      try (RedisConnection one = RedisConnection.open(node)) {
        RedisConnection.await(one.commands().configSet("maxmemory-policy", "allkeys-lru"));
        assertThat(RedisCheck.run(uri))
            .filteredOn(check -> check.outcome() == CheckResult.Outcome.FAIL)
            .singleElement()
            .satisfies(
                check ->
                    assertThat(check.detail())
                        .startsWith(node.substring("redis://".length()) + ": ")
                        .contains("allkeys-lru"));
        RedisConnection.await(one.commands().configSet("maxmemory-policy", "noeviction"));
      }
    }
  }

  private static Map<Figure, Double> readings(RedisProbe probe) {
    Map<Figure, Double> found = new EnumMap<>(Figure.class);
    probe.read().forEach(reading -> found.put(reading.figure(), reading.value()));
    return found;
  }

  private RedisTier cache(Sink sink) {
    apply(sink, new Invalidation.Watermark(new Lsn(100), 100, 100, 1_000_000));
    return RedisTier.open(client, "shop");
  }
}

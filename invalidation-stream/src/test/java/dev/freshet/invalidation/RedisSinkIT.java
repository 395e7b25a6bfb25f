package dev.freshet.invalidation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.cache.Fence;
import dev.freshet.cache.Filled;
import dev.freshet.cache.RedisTier;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.ChangeSource;
import dev.freshet.events.DeadLetter;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.Lsn;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Sink;
import dev.freshet.runtime.TopicProvisioner;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sink on a real Redis, through the same records that Kafka would bring. */
class RedisSinkIT {

  private static final Topics TOPICS = new Topics("shop");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String HEAD = "shop:{0}:head";
  private static final String MARKS = "shop:{0}:marks";

  private static EmbeddedStack stack;
  private static RedisClient client;
  private static RedisCommands<String, String> redis;
  private static RedisTier cache;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
  private long offset;
  private Sink sink;

  @BeforeAll
  static void startStack() {
    stack = EmbeddedStack.builder().start();
    client = RedisClient.create(stack.redisUri());
    redis = client.connect().sync();
    cache = new RedisTier(client.connect(), "shop");
    TopicProvisioner.ensure(
        kafka(), InvalidationStream.topics(TOPICS, InvalidationConfig.defaults()));
  }

  @AfterAll
  static void stopStack() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    stack.close();
  }

  private static KafkaConnection kafka() {
    return new KafkaConnection(stack.kafkaBootstrap(), Map.of());
  }

  @BeforeEach
  void open() {
    redis.flushall();
    sink = openSink();
  }

  private Sink openSink() {
    return InvalidationStream.openSink(
        TOPICS,
        InvalidationConfig.defaults(),
        kafka(),
        stack.redisUri(),
        registry,
        InstantSource.system());
  }

  @AfterEach
  void close() {
    sink.close();
  }

  private static Invalidation.Stale stale(long xid, String... tags) {
    return new Invalidation.Stale(Set.of(tags), Set.of(), Set.of(), cause(xid));
  }

  private static Invalidation.Cause cause(long xid) {
    TableName table = new TableName("public", "readings");
    return new Invalidation.Cause(
        'u', new ChangeSource(table, "{\"id\":1}", new Lsn(xid), xid & 0xFFFF_FFFFL, 1_000_000));
  }

  private static Invalidation.Watermark watermark(long xid, long xmin, long second) {
    return new Invalidation.Watermark(new Lsn(xid), xid, xmin, second * 1_000_000);
  }

  private RedisSinkIT with(Invalidation invalidation) {
    return withRaw(InvalidationJson.write(invalidation));
  }

  private RedisSinkIT withRaw(byte[] value) {
    records.add(new ConsumerRecord<>(TOPICS.invalidations(), 0, offset++, new byte[0], value));
    return this;
  }

  private void apply() {
    sink.apply(List.copyOf(records));
    records.clear();
  }

  private Filled fill(String key, long fence, String... tags) {
    return cache.fill(key, "value of " + key, List.of(tags), new Fence(fence), HOUR);
  }

  /** A first watermark, so that fills and marks are possible. */
  private void settle() {
    with(watermark(100, 100, 1)).apply();
  }

  @Test
  void deletesWhatCarriesATagAndNothingElse() {
    settle();
    assertThat(fill("a", 200, "org:7")).isEqualTo(new Filled.Stored());
    fill("b", 200, "org:7", "org:8");
    fill("c", 200, "org:8");

    with(stale(201, "org:7")).apply();

    assertThat(cache.get("a")).isEmpty();
    assertThat(cache.get("b")).isEmpty();
    assertThat(cache.get("c")).hasValue("value of c");
    assertThat(redis.exists("shop:{0}:tag:org:7")).isZero();
  }

  @Test
  void refusesAFillThatMayHaveMissedAnAppliedChange() {
    settle();
    with(stale(250, "org:7")).apply();

    assertThat(fill("a", 250, "org:7")).isEqualTo(new Filled.RefusedByMark("org:7", 250));
    assertThat(fill("a", 249, "x", "org:7")).isEqualTo(new Filled.RefusedByMark("org:7", 250));
    assertThat(fill("a", 251, "org:7")).isEqualTo(new Filled.Stored());
    assertThat(fill("b", 249, "org:8")).isEqualTo(new Filled.Stored());
  }

  @Test
  void marksNeverGoDownWhateverTheOrder() {
    settle();
    with(stale(260, "org:7")).apply();
    with(stale(250, "org:7")).with(stale(255, "org:7")).apply();

    assertThat(redis.zscore(MARKS, "org:7")).isEqualTo(260);
  }

  @Test
  void widensTransactionsAcrossTheWrapOfTheirLow32Bits() {
    long wrap = 1L << 32;
    with(watermark(wrap - 5, wrap - 5, 1)).apply();
    with(stale(wrap - 3, "before")).with(stale(wrap + 3, "after")).apply();

    assertThat(redis.zscore(MARKS, "before")).isEqualTo(wrap - 3);
    assertThat(redis.zscore(MARKS, "after")).isEqualTo(wrap + 3);
    assertThat(fill("a", wrap + 3, "after")).isEqualTo(new Filled.RefusedByMark("after", wrap + 3));
  }

  @Test
  void equalTagsOfABatchCollapseIntoOneCall() {
    settle();
    double before = registry.counter("freshet.invalidation.script.calls").count();
    for (int i = 0; i < 2000; i++) {
      with(stale(200 + i, "org:" + i % 7));
    }
    apply();

    assertThat(registry.counter("freshet.invalidation.script.calls").count() - before).isEqualTo(1);
    assertThat(redis.zscore(MARKS, "org:6")).isEqualTo(200 + 1994);
  }

  @Test
  void aBatchOfManyTagsAndATagOfManyKeysGoInBoundedCalls() {
    settle();
    for (int i = 0; i < 5000; i++) {
      redis.set("k" + i, "v");
      redis.zadd("shop:{0}:tag:huge", 1e15, "k" + i);
    }
    for (int i = 0; i < 1500; i++) {
      fill("e" + i, 200, "t" + i);
    }
    for (int i = 0; i < 1500; i++) {
      with(stale(300, "t" + i));
    }
    with(stale(300, "huge"));
    for (int i = 1500; i < 2000; i++) {
      with(stale(300, "t" + i));
    }
    apply();

    assertThat(redis.keys("k*")).isEmpty();
    assertThat(redis.keys("*:entry:*")).isEmpty();
    assertThat(redis.keys("*:tag:*")).isEmpty();
    assertThat(registry.counter("freshet.invalidation.keys.deleted").count()).isEqualTo(6500);
    assertThat(redis.hget(HEAD, "offset:0")).isEqualTo(Long.toString(offset));
  }

  @Test
  void remembersTheOffsetBesideTheEffect() {
    settle();
    with(stale(200, "a")).with(stale(201, "b")).apply();

    assertThat(sink.nextOffsets(Set.of(0, 1))).isEqualTo(Map.of(0, 3L));
  }

  @Test
  void beforeTheFirstWatermarkItDeletesButRemembersNothingAndNothingMayBeFilled() {
    redis.set("k", "v");
    redis.zadd("shop:{0}:tag:org:7", 1e15, "k");
    with(stale(500, "org:7")).apply();

    assertThat(redis.get("k")).isNull();
    assertThat(sink.nextOffsets(Set.of(0))).isEmpty();
    assertThat(fill("a", 1_000_000, "other")).isEqualTo(new Filled.RefusedByFloor());

    with(watermark(400, 390, 1)).apply();
    assertThat(fill("a", 500, "org:7")).isEqualTo(new Filled.RefusedByFloor());
    assertThat(fill("a", 501, "org:7")).isEqualTo(new Filled.Stored());
  }

  @Test
  void aRestartGoesOnWithTheTransactionsOfBefore() {
    long epoch = 7L << 32;
    with(watermark(epoch + 100, epoch + 100, 1)).apply();
    sink.close();
    sink = openSink();
    sink.nextOffsets(Set.of(0));
    with(stale(epoch + 120, "org:7")).apply();

    assertThat(redis.zscore(MARKS, "org:7")).isEqualTo(epoch + 120);
  }

  @Test
  void marksBelowTheFloorAreForgottenAndTheirFillsRefused() {
    settle();
    for (int i = 0; i < 300; i++) {
      with(stale(110 + i, "t" + i));
    }
    apply();
    with(watermark(1000, 900, 30)).apply();
    with(watermark(2000, 1900, 91)).apply();

    for (int i = 0; i < 4; i++) {
      with(watermark(2001 + i, 1900, 92)).apply();
    }

    assertThat(redis.zcard(MARKS)).isZero();
    assertThat(fill("a", 899, "t1")).isEqualTo(new Filled.RefusedByFloor());
    assertThat(fill("a", 900, "t1")).isEqualTo(new Filled.Stored());
  }

  @Test
  void deletesKeysAndSetMembersOfOtherCaches() {
    settle();
    redis.set("cache:7:summary", "x");
    redis.set("m1", "x");
    redis.set("m2", "x");
    redis.set("m3", "x");
    redis.sadd("tag:set", "m1", "m2");
    redis.zadd("tag:sorted", 1, "m3");
    redis.set("tag:string", "not a set");
    Set<String> sets = Set.of("tag:set", "tag:sorted", "tag:string", "tag:absent");
    with(new Invalidation.Stale(Set.of(), Set.of("cache:7:summary"), sets, cause(200))).apply();

    assertThat(redis.exists("cache:7:summary", "m1", "m2", "m3", "tag:set", "tag:sorted")).isZero();
    assertThat(redis.get("tag:string")).isEqualTo("not a set");
  }

  @Test
  void survivesAFlushOfRedissScripts() {
    settle();
    fill("a", 200, "org:7");
    redis.scriptFlush();
    with(stale(201, "org:7")).apply();

    assertThat(cache.get("a")).isEmpty();
    redis.scriptFlush();
    assertThat(fill("a", 300, "org:7")).isEqualTo(new Filled.Stored());
  }

  @Test
  void aResetClearsTheNamespaceAloneAndNothingOldComesInBehind() {
    settle();
    fill("a", 200, "org:7");
    redis.set("another:{0}:entry:a", "x");
    redis.set("mine", "x");

    CacheReset.clear(stack.redisUri(), TOPICS);

    assertThat(redis.keys("*")).containsExactlyInAnyOrder("another:{0}:entry:a", "mine");
    assertThat(fill("a", 1_000_000, "org:7")).isEqualTo(new Filled.RefusedByFloor());
  }

  @Test
  void garbageGoesToDeadLettersAndTheRestIsApplied() {
    settle();
    fill("a", 200, "org:7");
    long bad = offset;
    withRaw("garbage".getBytes(StandardCharsets.UTF_8)).with(stale(201, "org:7")).apply();

    assertThat(cache.get("a")).isEmpty();
    assertThat(sink.nextOffsets(Set.of(0))).isEqualTo(Map.of(0, offset));
    DeadLetter letter = lastDeadLetter();
    assertThat(letter.topic()).isEqualTo(TOPICS.invalidations());
    assertThat(letter.offset()).isEqualTo(bad);
    assertThat(letter.stage()).isEqualTo("invalidation-stream-redis");
  }

  private static DeadLetter lastDeadLetter() {
    var properties = kafka().clientProperties("test");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition letters = new TopicPartition(TOPICS.deadLetters(), 0);
      consumer.assign(List.of(letters));
      consumer.seek(letters, consumer.endOffsets(List.of(letters)).getOrDefault(letters, 1L) - 1);
      var record = consumer.poll(Duration.ofSeconds(10)).iterator().next();
      DeadLetter letter = DeadLetter.from(record.headers());
      assertThat(letter).isNotNull();
      return letter;
    }
  }
}

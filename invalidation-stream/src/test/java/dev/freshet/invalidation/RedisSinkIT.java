package dev.freshet.invalidation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Sink;
import dev.freshet.runtime.TopicProvisioner;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
    cache = RedisTier.open(client, "shop");
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
    sink.nextOffsets(Sink.Assignment.all(1));
  }

  private Sink openSink() {
    return openSink(InvalidationConfig.defaults());
  }

  private Sink openSink(InvalidationConfig config) {
    return InvalidationStream.openSink(
        TOPICS, config, kafka(), stack.redisUri(), registry, InstantSource.system());
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

  private RedisSinkIT with(int partition, Invalidation invalidation) {
    byte[] value = InvalidationJson.write(invalidation);
    records.add(
        new ConsumerRecord<>(TOPICS.invalidations(), partition, offset++, new byte[0], value));
    return this;
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
    return cache.fill(
        key, "value of " + key, List.of(tags), cache.incarnation(key), new Fence(fence), HOUR);
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

    assertThat(sink.nextOffsets(Sink.Assignment.all(2))).isEqualTo(Map.of(0, 3L));
  }

  @Test
  void beforeTheFirstWatermarkItDeletesButRemembersNothingAndNothingMayBeFilled() {
    redis.set("k", "v");
    redis.zadd("shop:{0}:tag:org:7", 1e15, "k");
    with(stale(500, "org:7")).apply();

    assertThat(redis.get("k")).isNull();
    assertThat(sink.nextOffsets(Sink.Assignment.all(1))).isEmpty();
    assertThat(fill("a", 1_000_000, "other")).isInstanceOf(Filled.RefusedAsClosed.class);

    with(watermark(400, 390, 1)).apply();
    assertThat(fill("a", 500, "org:7")).isEqualTo(new Filled.RefusedByFloor(500));
    assertThat(fill("a", 501, "org:7")).isEqualTo(new Filled.Stored());
  }

  @Test
  void aRestartGoesOnWithTheTransactionsOfBefore() {
    long epoch = 7L << 32;
    with(watermark(epoch + 100, epoch + 100, 1)).apply();
    sink.close();
    sink = openSink();
    sink.nextOffsets(Sink.Assignment.all(1));
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
    assertThat(fill("a", 899, "t1")).isEqualTo(new Filled.RefusedByFloor(899));
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
    assertThat(fill("a", 1_000_000, "org:7")).isInstanceOf(Filled.RefusedAsClosed.class);
  }

  @Test
  void aHeadThatIsGoneIsMadeAnewAndRefusesWhatItMayHaveForgotten() {
    settle();
    with(stale(250, "org:7")).apply();
    redis.flushall();

    with(stale(240, "org:8"));
    assertThatThrownBy(this::apply).isInstanceOf(Sink.PositionLostException.class);
    assertThat(sink.nextOffsets(Sink.Assignment.all(1))).isEmpty();
    apply();

    assertThat(fill("a", 250, "org:7")).isEqualTo(new Filled.RefusedByFloor(250));
    assertThat(fill("a", 251, "org:7")).isEqualTo(new Filled.Stored());
  }

  @Test
  void aRestartedSinkLearnsFromKafkaWhatALostHeadHadApplied() {
    settle();
    with(stale(250, "org:7")).apply();
    String memo = sink.memo();
    sink.close();
    redis.flushall();

    sink = openSink();
    sink.nextOffsets(new Sink.Assignment(1, Map.of(0, memo)));
    with(watermark(240, 240, 2)).apply();

    assertThat(fill("a", 250, "org:7")).isEqualTo(new Filled.RefusedByFloor(250));
  }

  @Test
  void noFillIsAcceptedUntilEveryPartitionHasSaidWhatMayBeLost() {
    redis.flushall();
    sink.nextOffsets(Sink.Assignment.all(2));
    settle();
    assertThat(fill("a", 1_000, "org:7")).isInstanceOf(Filled.RefusedAsClosed.class);

    with(1, watermark(100, 100, 1)).apply();
    assertThat(fill("a", 1_000, "org:7")).isEqualTo(new Filled.Stored());
  }

  @Test
  void theNewestHeartbeatIsTheOneThatEveryPartitionHasPassed() {
    sink.nextOffsets(Sink.Assignment.all(2));
    with(watermark(100, 100, 1)).with(1, watermark(100, 100, 1)).apply();
    with(watermark(200, 190, 2)).apply();
    assertThat(redis.hget(HEAD, "xid")).isEqualTo("100");

    with(1, watermark(200, 190, 2)).apply();
    assertThat(redis.hmget(HEAD, "xid", "xmin", "committed_us").stream().map(KeyValue::getValue))
        .containsExactly("200", "190", "2000000");
  }

  @Test
  void aHeadThatForgotAcknowledgedWritesSendsTheSinkBack() {
    settle();
    with(stale(250, "org:7")).apply();
    Map<String, String> old = redis.hgetall(HEAD);
    with(stale(260, "org:7")).apply();
    redis.hset(HEAD, old); // as after a failover to a replica that had not got the last batch
    redis.zadd(MARKS, 250, "org:7");

    with(stale(270, "org:8"));
    assertThatThrownBy(this::apply).isInstanceOf(Sink.PositionLostException.class);
    assertThat(sink.nextOffsets(Sink.Assignment.all(1))).isEqualTo(Map.of(0, 2L));
  }

  @Test
  void theFeedTellsEveryTagAndEveryHeartbeatWithoutAGap() throws InterruptedException {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (StatefulRedisPubSubConnection<String, String> feed = client.connectPubSub()) {
      feed.addListener(
          new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
              heard.add(message);
            }
          });
      feed.sync().subscribe("shop:{0}:feed");
      settle();
      with(stale(250, "org:7")).with(stale(251, "a\"b")).apply();

      String incarnation = redis.hget(HEAD, "incarnation");
      assertThat(heard.poll(10, TimeUnit.SECONDS))
          .isEqualTo("[\"%s\",1,1000000,100,[]]".formatted(incarnation));
      assertThat(heard.poll(10, TimeUnit.SECONDS))
          .isEqualTo("[\"%s\",2,0,0,[\"org:7\",\"a\\\"b\"]]".formatted(incarnation));
    }
  }

  @Test
  void whatExpiredLeavesNothingBehind() {
    settle();
    for (int i = 0; i < 3000; i++) {
      redis.zadd("shop:{0}:tag:t" + i, 1, "e" + i);
      redis.zadd("shop:{0}:tags", 1, "t" + i);
    }
    with(watermark(101, 101, 2)).apply();

    assertThat(redis.keys("shop:*")).containsExactly(HEAD);
  }

  @Test
  void atItsCapTheMemoryOfMarksForgetsTheOldestAndRaisesTheFloor() {
    sink.close();
    sink = openSink(new InvalidationConfig(1, Duration.ofMinutes(1), 1, 10_000));
    sink.nextOffsets(Sink.Assignment.all(1));
    settle();
    for (int i = 0; i < 12_000; i++) {
      with(stale(1000 + i, "t" + i));
    }
    apply();
    for (int i = 0; i < 4; i++) {
      with(watermark(20_000 + i, 900, 2)).apply();
    }

    assertThat(redis.zcard(MARKS)).isEqualTo(10_000);
    assertThat(fill("a", 2999, "t0")).isInstanceOf(Filled.RefusedByFloor.class);
    assertThat(fill("a", 3000, "t0")).isEqualTo(new Filled.Stored());
  }

  @Test
  void whatWasAppliedIsKnownByTransactionUntilTheFloorPasses() {
    settle();
    with(stale(250, "org:7")).with(stale(70_000, "org:8")).apply();

    assertThat(redis.getbit("shop:{0}:applied:0", 250)).isEqualTo(1);
    assertThat(redis.getbit("shop:{0}:applied:0", 251)).isZero();
    assertThat(redis.getbit("shop:{0}:applied:1", 70_000 - 65_536)).isEqualTo(1);

    with(watermark(80_000, 75_000, 30)).with(watermark(80_001, 75_000, 31)).apply();
    with(watermark(90_000, 90_000, 100)).apply();
    assertThat(redis.exists("shop:{0}:applied:0")).isZero();
    assertThat(redis.exists("shop:{0}:applied:1")).isEqualTo(1);
  }

  @Test
  void everyBucketIsTold() {
    sink.close();
    redis.flushall();
    sink = openSink(new InvalidationConfig(1, Duration.ofMinutes(1), 3, 10_000));
    sink.nextOffsets(Sink.Assignment.all(1));
    for (int b = 0; b < 3; b++) {
      redis.set("e" + b, "v");
      redis.zadd("shop:{" + b + "}:tag:org:7", 1e15, "e" + b);
    }
    settle();
    with(stale(250, "org:7")).apply();

    assertThat(redis.exists("e0", "e1", "e2")).isZero();
    assertThat(redis.hget("shop:{2}:head", "offset:0")).isEqualTo("2");
    assertThat(redis.hget("shop:{2}:head", "buckets")).isEqualTo("3");
    assertThat(redis.zscore("shop:{1}:marks", "org:7")).isEqualTo(250);
  }

  @Test
  void anotherNumberOfBucketsIsRefusedAtTheStart() {
    settle();
    assertThatThrownBy(() -> openSink(new InvalidationConfig(1, Duration.ofMinutes(1), 4, 10_000)))
        .isInstanceOf(FreshetException.class)
        .hasMessageContaining("laid out in other buckets");
  }

  @Test
  void garbageGoesToDeadLettersAndTheRestIsApplied() {
    settle();
    fill("a", 200, "org:7");
    long bad = offset;
    withRaw("garbage".getBytes(StandardCharsets.UTF_8)).with(stale(201, "org:7")).apply();

    assertThat(cache.get("a")).isEmpty();
    assertThat(sink.nextOffsets(Sink.Assignment.all(1))).isEqualTo(Map.of(0, offset));
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

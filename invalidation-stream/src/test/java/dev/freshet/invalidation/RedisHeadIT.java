package dev.freshet.invalidation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.cache.Fence;
import dev.freshet.cache.Filled;
import dev.freshet.events.Invalidation;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Sink;
import io.lettuce.core.KeyValue;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the head remembers, what the sink does when it forgot, and what is forgotten on purpose. */
class RedisHeadIT extends RedisSinkBed {

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
  void everythingMeansEntriesWithAndWithoutTagsAndLoadsThatBeganBefore() throws Exception {
    settle();
    assertThat(fill("a", 200, "org:7")).isEqualTo(new Filled.Stored());
    assertThat(fill("b", 200)).isEqualTo(new Filled.Stored());
    redis.set("cache:of:another", "kept");
    String begunUnder = cache.incarnation("c");
    with(new Invalidation.Everything(cause(150))).with(stale(151, "org:8")).apply();

    assertThat(redis.keys("shop:{0}:entry:*")).isEmpty();
    assertThat(redis.get("cache:of:another")).isEqualTo("kept");
    assertThat(cache.fill("c", "old", List.of("org:9"), begunUnder, new Fence(1_000_000), HOUR))
        .isInstanceOf(Filled.RefusedByIncarnation.class);
    assertThat(fill("a", 300, "org:7")).isEqualTo(new Filled.Stored());
    assertThat(fill("b", 120, "org:8")).isInstanceOf(Filled.RefusedByMark.class);
    assertThat(sink.nextOffsets(Sink.Assignment.all(1))).isEqualTo(Map.of(0, 3L));

    with(stale(400, "org:7")).apply();
    assertThat(redis.keys("shop:{0}:entry:*")).isEmpty();
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
  void whatALocalCacheReadsWhileEverythingGoesIsVoidAfterwards() throws InterruptedException {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    settle();
    String before = redis.hget(HEAD, "incarnation");
    try (StatefulRedisPubSubConnection<String, String> feed = client.connectPubSub()) {
      feed.addListener(hears(heard));
      feed.sync().subscribe("shop:{0}:feed");
      with(new Invalidation.Everything(cause(150))).apply();

      String during = incarnationIn(heard.poll(10, TimeUnit.SECONDS));
      String afterwards = incarnationIn(heard.poll(10, TimeUnit.SECONDS));
      assertThat(during).isNotEqualTo(before);
      assertThat(afterwards).isNotEqualTo(during).isEqualTo(redis.hget(HEAD, "incarnation"));
    }
  }

  private static String incarnationIn(@Nullable String message) {
    return message == null ? "none" : message.split("\"", 3)[1];
  }

  private static RedisPubSubAdapter<String, String> hears(BlockingQueue<String> heard) {
    return new RedisPubSubAdapter<>() {
      @Override
      public void message(String channel, String message) {
        heard.add(message);
      }
    };
  }

  @Test
  void theFeedTellsEveryTagAndEveryHeartbeatWithoutAGap() throws InterruptedException {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (StatefulRedisPubSubConnection<String, String> feed = client.connectPubSub()) {
      feed.addListener(hears(heard));
      feed.sync().subscribe("shop:{0}:feed");
      long before = Long.parseLong(redis.hget(HEAD, "seq"));
      settle();
      with(stale(250, "org:7")).with(stale(251, "a\"b")).apply();

      String incarnation = redis.hget(HEAD, "incarnation");
      assertThat(heard.poll(10, TimeUnit.SECONDS))
          .isEqualTo("[\"%s\",%d,1000000,100,[]]".formatted(incarnation, before + 1));
      assertThat(heard.poll(10, TimeUnit.SECONDS))
          .isEqualTo("[\"%s\",%d,0,0,[\"org:7\",\"a\\\"b\"]]".formatted(incarnation, before + 2));
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

    with(stale(310, "org:7")).with(stale(308, "org:7")).with(stale(309, "org:7")).apply();
    assertThat(redis.getbit("shop:{0}:applied:0", 308)).isEqualTo(1);
    assertThat(redis.getbit("shop:{0}:applied:0", 309)).isEqualTo(1);
    assertThat(redis.getbit("shop:{0}:applied:0", 310)).isEqualTo(1);

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
}

package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedRedis;
import dev.freshet.embedded.ServerSpec;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedIT {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final FeedLimits PATIENT =
      new FeedLimits(Duration.ofSeconds(30), Duration.ofMillis(50), 1000, 16);

  @TempDir static Path folder;
  private static EmbeddedRedis server;
  private static RedisClient client;
  private static RedisCommands<String, String> redis;

  private final NearCache<String> near = new NearCache<>(NearBound.entries(1000), System::nanoTime);
  private Link link;
  private @Nullable Feed started;

  @BeforeAll
  static void start() {
    server = new EmbeddedRedis(ServerSpec.in(folder, "redis"));
    server.start();
    client = RedisClient.create(server.uri());
    redis = client.connect().sync();
  }

  @AfterAll
  static void stop() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    server.close();
  }

  @BeforeEach
  void emptyRedis() {
    redis.flushall();
    link = Link.to(client);
  }

  @AfterEach
  void close() {
    if (started != null) {
      started.close();
    }
    link.close();
  }

  private Feed follow(FeedLimits limits) {
    return follow(limits, near);
  }

  private Feed follow(FeedLimits limits, FeedListener listener) {
    started = new Feed(link, "shop", limits, listener, System::nanoTime);
    return started;
  }

  private static void head(int bucket, String incarnation, long seq, int buckets) {
    redis.hset(
        "shop:{" + bucket + "}:head",
        Map.of(
            "incarnation",
            incarnation,
            "seq",
            Long.toString(seq),
            "buckets",
            Integer.toString(buckets),
            "xmin",
            "700",
            "committed_us",
            "1000000"));
  }

  /** As APPLY does it: the head first, then the message. */
  private static void publish(int bucket, String incarnation, long seq, String tags) {
    redis.hset("shop:{" + bucket + "}:head", "seq", Long.toString(seq));
    redis.publish(
        "shop:{" + bucket + "}:feed", "[\"%s\",%d,0,0,[%s]]".formatted(incarnation, seq, tags));
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private boolean put(int bucket, String key, String tag) {
    return near.put(near.ticket(bucket), key, "v", List.of(tag), 1, HOUR, Duration.ZERO);
  }

  @Test
  void theHeadOpensItAndAMessageTakesEntries() throws InterruptedException {
    head(0, "i", 5, 1);
    Feed feed = follow(PATIENT);
    assertThat(feed.awaitOpen(Duration.ofSeconds(15))).isTrue();
    await("trust", () -> feed.trusted(0));
    assertThat(feed.incarnation(0)).hasValue("i");
    assertThat(feed.xminReceivedBefore(0, Duration.ZERO)).hasValue(700);
    assertThat(put(0, "k", "a")).isTrue();
    publish(0, "i", 6, "\"a\"");
    await("the message", () -> near.get("k") == null);
    assertThat(feed.trusted(0)).isTrue();
    assertThat(feed.stats().clears()).isZero();
    assertThat(feed.stats().ageNanos()).isPositive();
  }

  @Test
  void allBucketsAreFollowedOnceTheHeadTellsHowMany() throws InterruptedException {
    for (int bucket = 0; bucket < 4; bucket++) {
      head(bucket, "i" + bucket, 5, 4);
    }
    Feed feed = follow(PATIENT);
    await("four buckets", () -> feed.layout().buckets() == 4);
    for (int bucket = 0; bucket < 4; bucket++) {
      int it = bucket;
      await("trust", () -> feed.trusted(it));
      assertThat(put(bucket, "k" + bucket, "a")).isTrue();
    }
    publish(2, "i2", 6, "\"a\"");
    await("the message", () -> near.get("k2") == null);
    assertThat(near.get("k1")).isNotNull();
    assertThat(near.get("k3")).isNotNull();
  }

  @Test
  void aGapForgetsTheBucket() {
    head(0, "i", 5, 1);
    Feed feed = follow(PATIENT);
    await("trust", () -> feed.trusted(0));
    assertThat(put(0, "k", "a")).isTrue();
    publish(0, "i", 7, "");
    await("the gap", () -> near.get("k") == null);
    await("its count", () -> feed.stats().gaps() == 1); // which comes after its effect
    await("trust again", () -> feed.trusted(0));
  }

  @Test
  void aMessageNobodyCanReadForgetsTheBucket() {
    head(0, "i", 5, 1);
    Feed feed = follow(PATIENT);
    await("trust", () -> feed.trusted(0));
    assertThat(put(0, "k", "a")).isTrue();
    redis.publish("shop:{0}:feed", "from the future");
    await("the clear", () -> near.get("k") == null);
  }

  @Test
  void silenceForgetsAndTheNextMessageIsTrustedAgain() {
    head(0, "i", 5, 1);
    Feed feed = follow(new FeedLimits(Duration.ofMillis(200), Duration.ofMillis(50), 1000, 16));
    await("silence", () -> feed.stats().silences() == 1);
    assertThat(feed.trusted(0)).isFalse();
    publish(0, "i", 6, "");
    await("trust again", () -> feed.trusted(0));
  }

  @Test
  void aLostConnectionForgetsAndIsMadeAnew() {
    head(0, "i", 5, 1);
    Feed feed = follow(PATIENT);
    await("trust", () -> feed.trusted(0));
    assertThat(put(0, "k", "a")).isTrue();
    redis.clientKill(KillArgs.Builder.typePubsub());
    await("the loss", () -> feed.stats().disconnects() == 1);
    assertThat(near.get("k")).isNull();
    await("trust again", () -> feed.trusted(0));
    assertThat(put(0, "k", "a")).isTrue();
    publish(0, "i", 6, "\"a\"");
    await("the message", () -> near.get("k") == null);
  }

  @Test
  void aHeadThatAppearsLaterIsFound() throws InterruptedException {
    Feed feed = follow(PATIENT);
    assertThat(feed.awaitOpen(Duration.ofSeconds(15))).isTrue();
    assertThat(feed.incarnation(0)).isEmpty();
    assertThat(feed.trusted(0)).isFalse();
    head(0, "i", 0, 1);
    await("trust", () -> feed.trusted(0));
  }

  @Test
  void aHeadThatIsGoneDoesNotChangeTheNumberOfBuckets() {
    for (int bucket = 0; bucket < 4; bucket++) {
      head(bucket, "i" + bucket, 5, 4);
    }
    Feed feed = follow(PATIENT);
    await("four buckets", () -> feed.layout().buckets() == 4 && feed.trusted(0));
    redis.del("shop:{0}:head");
    feed.refresh(0);
    await("it is noticed", () -> feed.incarnation(0).isEmpty());
    assertThat(feed.layout().buckets()).isEqualTo(4);
  }

  @Test
  void anotherIncarnationWithOtherBucketsIsFollowed() {
    head(0, "i", 5, 1);
    Feed feed = follow(PATIENT);
    await("trust", () -> feed.trusted(0));
    assertThat(put(0, "k", "a")).isTrue();
    head(0, "j", 0, 2);
    head(1, "j1", 0, 2);
    publish(0, "j", 1, "");
    await("two buckets", () -> feed.trusted(0) && feed.trusted(1));
    assertThat(near.get("k")).isNull();
    assertThat(feed.incarnation(1)).hasValue("j1");
  }

  @Test
  void moreMessagesThanMayWaitAreAGapAndNotAnEndlessQueue() throws InterruptedException {
    head(0, "i", 0, 1);
    var slow =
        new FeedListener() {
          private final CountDownLatch go = new CountDownLatch(1);

          @Override
          public void begins(int bucket, Stretch stretch) {}

          @Override
          public void stale(int bucket, List<String> tags) {
            try {
              go.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }

          @Override
          public void over(int bucket) {}
        };
    Feed feed = follow(new FeedLimits(Duration.ofSeconds(30), Duration.ofMillis(50), 10, 16), slow);
    await("trust", () -> feed.trusted(0));
    for (int seq = 1; seq <= 100; seq++) {
      publish(0, "i", seq, "\"a\"");
    }
    await("the bound", () -> feed.stats().waiting() == 10);
    slow.go.countDown();
    await("the gap", () -> feed.stats().gaps() >= 1);
    assertThat(feed.stats().messages()).isLessThan(100);
    await("trust again", () -> feed.trusted(0));
  }
}

package dev.freshet.cache;

import static dev.freshet.cache.CacheRig.PLAIN;
import static dev.freshet.cache.CacheRig.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What applications see while Redis is away, Freshet is behind, or the database is overrun. */
class FreshCacheOutageIT {

  private static final TtlClass SERVING = PLAIN.withWhenBehind(WhenBehind.serve());
  private static final TtlClass BYPASSING = PLAIN.withWhenBehind(WhenBehind.bypass());
  private static final TtlClass BRIEF =
      PLAIN.withWhenBehind(WhenBehind.shorten(Duration.ofMillis(1)));

  @TempDir Path folder;
  private CacheRig rig;

  private final AtomicInteger loads = new AtomicInteger();

  @BeforeEach
  void start() {
    rig = new CacheRig(folder);
    rig.reset();
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private FreshCacheBuilder builder() {
    return rig.builder()
        .redis(rig.server.uri())
        .redisTimeout(Duration.ofMillis(300))
        .connectTimeout(Duration.ofMillis(300));
  }

  private Integer load(Fill fill) {
    fill.fence("2000:2000:").tag("t");
    return loads.incrementAndGet();
  }

  private int get(FreshCache cache, TtlClass ttl) {
    return cache.get("k", ttl, Integer.class, this::load);
  }

  @Test
  void withoutRedisEachClassFollowsItsRuleAndAfterwardsAllIsAsBefore() throws Exception {
    try (FreshCache cache = rig.open(builder())) {
      assertThat(get(cache, SERVING)).isEqualTo(1);
      rig.server.stop();
      until("the outage is noticed", () -> get(cache, BYPASSING) > 1 && trustIsLost(cache));
      assertThat(get(cache, SERVING)).isEqualTo(1);
      int before = loads.get();
      assertThat(get(cache, BYPASSING)).isGreaterThan(before);
      assertThat(get(cache, BRIEF)).isGreaterThan(before);
      assertThat(cache.remove("k")).isFalse();
      assertThat(cache.hottest(5)).isEmpty();
      BatchLoader<Integer> batch = this::loadAll;
      assertThat(cache.entries(BYPASSING, Integer.class).getAll(List.of("a", "b"), batch))
          .containsOnlyKeys("a", "b");

      rig.server.start();
      until(
          "it caches again",
          () -> {
            rig.heartbeat();
            int first = get(cache, PLAIN);
            return get(cache, PLAIN) == first;
          });
    }
  }

  @Test
  void oneThatReadsLocalValuesAloneNoticesThatRedisIsBack() throws Exception {
    try (FreshCache cache = rig.open(builder())) {
      assertThat(get(cache, SERVING)).isEqualTo(1);
      rig.redis.clientPause(1_500);
      until("Redis is left alone", () -> leftAloneAfterALoadOfAnother(cache));
      rig.reset(); // answered when the pause is over
      until(
          "the value of before is gone",
          () -> {
            rig.heartbeat();
            return get(cache, SERVING) > 1;
          });
    }
  }

  private boolean leftAloneAfterALoadOfAnother(FreshCache cache) {
    cache.get("other", BYPASSING, Integer.class, this::load);
    return cache.parts().far().leftAlone();
  }

  private static boolean trustIsLost(FreshCache cache) {
    return !cache.parts().feed().trusted(0);
  }

  private Map<String, Integer> loadAll(Iterable<String> keys, BatchFill fills) {
    fills.fence("2000:2000:");
    Map<String, Integer> all = new HashMap<>();
    keys.forEach(key -> all.put(key, 1));
    return all;
  }

  @Test
  void aCacheBuiltWhileRedisIsAwayLoadsAndCatchesUp() {
    rig.server.stop();
    try (FreshCache cache = builder().build()) {
      assertThat(get(cache, PLAIN)).isEqualTo(1);
      assertThat(get(cache, PLAIN)).isEqualTo(2);
      rig.server.start();
      until(
          "it caches",
          () -> {
            rig.heartbeat();
            int first = get(cache, PLAIN);
            return get(cache, PLAIN) == first;
          });
    }
  }

  @Test
  void whenFreshetIsBehindEachClassFollowsItsRule() throws Exception {
    AtomicLong ahead = new AtomicLong();
    InstantSource clock = () -> Instant.now().plusMillis(ahead.get());
    try (FreshCache cache = rig.open(builder().time(clock, System::nanoTime))) {
      assertThat(get(cache, SERVING)).isEqualTo(1);
      assertThat(cache.behind()).hasValueSatisfying(age -> assertThat(age).isLessThan(MINUTE));
      ahead.set(Duration.ofMinutes(6).toMillis());
      assertThat(cache.behind()).hasValueSatisfying(age -> assertThat(age).isGreaterThan(MINUTE));
      assertThat(get(cache, SERVING)).isEqualTo(1);
      assertThat(get(cache, BYPASSING)).isEqualTo(2);
      assertThat(get(cache, BYPASSING)).isEqualTo(3);
      assertThat(get(cache, PLAIN)).as("loaded less than five minutes ago").isEqualTo(3);
      ahead.set(0);
      assertThat(get(cache, BYPASSING)).isEqualTo(3);
    }
  }

  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void loadsBeyondTheBoundsAreRefusedWithAReason() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(1);
    try (FreshCache cache = rig.open(builder().loads(1, 1))) {
      Entries<Integer> values = cache.entries(PLAIN, Integer.class);
      CompletableFuture<Integer> first =
          values.getAsync(
              "1",
              fill -> {
                running.countDown();
                go.await(20, TimeUnit.SECONDS);
                return load(fill);
              });
      running.await(20, TimeUnit.SECONDS);
      CompletableFuture<Integer> second = values.getAsync("2", this::load);
      until("one waits", () -> cache.parts().loaders().getQueue().size() == 1);
      assertThatThrownBy(() -> values.getAsync("3", this::load).get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(OverloadedException.class)
          .hasMessageContaining("raise the builder's");
      go.countDown();
      assertThat(first.get(20, TimeUnit.SECONDS)).isPositive();
      assertThat(second.get(20, TimeUnit.SECONDS)).isPositive();
    }
  }

  @Test
  void aMissedInvalidationIsFoundCountedAndHealed() throws Exception {
    try (FreshCache cache = rig.open(builder().verify(1, Duration.ofMillis(20)))) {
      Entries<Integer> values = cache.entries(PLAIN, Integer.class);
      values.get("k", this::load); // another value each time, and nobody says so
      values.get("k", this::load);
      until("it is found", () -> inconsistent() > 0);
      until("it is gone", () -> values.peek("k").isEmpty());
      assertThat(rig.redis.zscore("shop:{0}:marks", "t")).as("no older load").isEqualTo(1999);
      assertThat(rig.registry.get("freshet.cache.consistency").gauge().value()).isNotNegative();
    }
  }

  @Test
  void whatIsTheSameIsConsistentAndGivesNines() throws Exception {
    try (FreshCache cache = rig.open(builder().verify(1, Duration.ofMillis(1)))) {
      Entries<String> values = cache.entries(PLAIN, String.class);
      for (int i = 0; i < 101; i++) {
        values.get("k", fill -> fill.fence("2000:2000:").tag("t").key());
      }
      until(
          "all are compared",
          () -> rig.registry.get("freshet.cache.verified").functionCounter().count() >= 100);
      assertThat(inconsistent()).isZero();
      assertThat(rig.registry.get("freshet.cache.consistency").gauge().value())
          .isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void aReloadFromAStandbyThatLagsAccusesNobody() throws Exception {
    try (FreshCache cache = rig.open(builder().verify(1, Duration.ofMillis(1)))) {
      Entries<Integer> values = cache.entries(PLAIN, Integer.class);
      Loader<Integer> standby =
          fill -> {
            fill.fence(new Fence(2000)).tag("t");
            return loads.incrementAndGet();
          };
      values.get("k", standby);
      values.get("k", standby);
      until(
          "it is compared",
          () -> rig.registry.get("freshet.cache.verified").functionCounter().count() >= 1);
      assertThat(inconsistent()).isZero();
      assertThat(values.peek("k")).hasValue(1);
    }
  }

  @Test
  void aSetInAnotherOrderIsTheSame() throws Exception {
    ValueType<Set<String>> type = new ValueType<>() {};
    try (FreshCache cache = rig.open(builder().verify(1, Duration.ofMillis(1)))) {
      Entries<Set<String>> values = cache.entries(PLAIN, type);
      Loader<Set<String>> loader =
          fill -> {
            fill.fence("2000:2000:").tag("t");
            boolean first = loads.incrementAndGet() % 2 == 0;
            return new LinkedHashSet<>(first ? List.of("a", "b") : List.of("b", "a"));
          };
      values.get("k", loader);
      values.get("k", loader);
      until(
          "it is compared",
          () -> rig.registry.get("freshet.cache.verified").functionCounter().count() >= 1);
      assertThat(inconsistent()).isZero();
      assertThat(loads).as("compared once").hasValue(2);
    }
  }

  private double inconsistent() {
    return rig.registry.get("freshet.cache.inconsistent").functionCounter().count();
  }

  @Test
  void scriptsThatRedisForgotAreSentAgain() throws Exception {
    try (FreshCache cache = rig.open(builder())) {
      get(cache, PLAIN);
      cache.remove("k");
      rig.redis.scriptFlush();
      assertThat(cache.remove("k")).isTrue();
      assertThat(get(cache, PLAIN)).isEqualTo(2);
      assertThat(rig.count("freshet.cache.fills", "outcome", "stored")).isEqualTo(2);
    }
  }

  @Test
  void aHandlerOfEventsThatThrowsHarmsNobody() throws Exception {
    FreshCacheBuilder throwing =
        builder()
            .events(
                event -> {
                  throw new IllegalStateException("no");
                });
    try (FreshCache cache = rig.open(throwing)) {
      assertThat(get(cache, PLAIN)).isEqualTo(get(cache, PLAIN));
      assertThat(rig.count("freshet.cache.events.failed")).isEqualTo(2);
    }
  }
}

package dev.freshet.cache;

import static dev.freshet.cache.CacheRig.PLAIN;
import static dev.freshet.cache.CacheRig.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What applications see, on a real Redis. */
class FreshCacheIT {

  record Page(String title, int visits) {}

  @TempDir static Path folder;
  private static CacheRig rig;

  private final AtomicInteger loads = new AtomicInteger();
  private final List<CacheEvent> events = new ArrayList<>();
  private FreshCache cache;
  private Entries<Page> pages;

  @BeforeAll
  static void start() {
    rig = new CacheRig(folder);
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  @BeforeEach
  void open() throws InterruptedException {
    rig.reset();
    cache = rig.open(rig.builder().events(event -> record(event)));
    pages = cache.entries(PLAIN, Page.class);
  }

  private synchronized void record(CacheEvent event) {
    events.add(event);
  }

  @AfterEach
  void close() {
    cache.close();
  }

  private Page load(Fill fill) {
    fill.fence("2000:2000:").tag("org:7");
    return new Page("orders", loads.incrementAndGet());
  }

  /** Another process. */
  private FreshCache another() throws InterruptedException {
    return rig.another();
  }

  @Test
  void aValueIsLoadedOnceAndFoundInThisProcessThen() {
    assertThat(pages.get("p", this::load)).isEqualTo(new Page("orders", 1));
    assertThat(pages.get("p", this::load)).isEqualTo(new Page("orders", 1));
    assertThat(events)
        .satisfiesExactly(
            first -> assertThat(((CacheEvent.Load) first).outcome()).isEqualTo("stored"),
            then -> assertThat(((CacheEvent.Hit) then).tier()).isEqualTo(CacheEvent.Tier.NEAR));
    assertThat(rig.count("freshet.cache.gets", "result", "near")).isEqualTo(1);
  }

  @Test
  void aMissLooksTwiceAndCountsOnce() {
    pages.get("p", this::load);
    assertThat(cache.parts().near().stats().misses()).isEqualTo(1);
    assertThat(rig.count("freshet.cache.gets", "result", "near")).isZero();
    assertThat(rig.count("freshet.cache.gets", "result", "miss")).isEqualTo(1);
  }

  @Test
  void anotherProcessFindsItInRedis() throws InterruptedException {
    pages.get("p", this::load);
    try (FreshCache other = another()) {
      Page found = other.get("p", PLAIN, Page.class, this::load);
      assertThat(found).isEqualTo(new Page("orders", 1));
    }
    assertThat(CacheRig.count(rig.othersRegistry, "freshet.cache.gets", "result", "far"))
        .isEqualTo(1);
  }

  @Test
  void anEntryBeginsWithALineThatTheProtocolPageDescribes() {
    pages.get("p", this::load);
    assertThat(rig.redis.get("shop:{0}:entry:p"))
        .matches("(?s)\\[1,\\d{13},\\d+,\\d{13},\"\",\\[\"org:7\"]]\n\\{.*\"visits\":1.*}");
  }

  @Test
  void aChangeOfTheTagEndsItInEveryProcess() throws InterruptedException {
    try (FreshCache other = another()) {
      other.get("p", PLAIN, Page.class, this::load);
      pages.get("p", this::load);
      rig.apply(1500, "org:7");
      until("both load anew", () -> pages.get("p", this::load).visits() == 2);
      until(
          "the other has it too",
          () -> other.get("p", PLAIN, Page.class, this::load).visits() == 2);
    }
  }

  @Test
  void aRefusedValueIsServedAndNotStored() {
    rig.apply(2500, "org:7");
    assertThat(pages.get("p", this::load).visits()).isEqualTo(1);
    assertThat(pages.get("p", this::load).visits()).isEqualTo(2);
    assertThat(rig.redis.exists("shop:{0}:entry:p")).isZero();
    assertThat(rig.count("freshet.cache.fills", "outcome", "mark")).isEqualTo(2);
  }

  @Test
  void aLoadWithoutAFenceIsServedAndNotStored() {
    pages.get("p", fill -> new Page("x", 1));
    assertThat(rig.redis.exists("shop:{0}:entry:p")).isZero();
    assertThat(rig.count("freshet.cache.fills", "outcome", "no-fence")).isEqualTo(1);
  }

  @Test
  void aLoadWithoutAConnectionMayAssumeTheFenceOfAnEarlierHeartbeat() {
    pages.get("p", fill -> assumed(fill, Duration.ZERO));
    assertThat(rig.redis.exists("shop:{0}:entry:p")).isOne();
    pages.get("q", fill -> assumed(fill, Duration.ofDays(1)));
    assertThat(rig.redis.exists("shop:{0}:entry:q")).isZero();
    assertThat(rig.count("freshet.cache.fills", "outcome", "no-heartbeat")).isEqualTo(1);
  }

  private static Page assumed(Fill fill, Duration grace) {
    fill.assumeVisibleAfter(grace).tag("t");
    return new Page("x", 1);
  }

  @Test
  void absenceIsCachedToo() throws InterruptedException {
    assertThat(pages.find("p", this::nothing)).isEmpty();
    assertThat(pages.find("p", this::nothing)).isEmpty();
    try (FreshCache other = another()) {
      assertThat(other.find("p", PLAIN, Page.class, this::nothing)).isEmpty();
    }
    assertThat(loads).hasValue(1);
    assertThat(rig.redis.get("shop:{0}:entry:p")).contains("\"none\"");
    rig.apply(1500, "org:7");
    until("it appears", () -> pages.find("p", fill -> Optional.of(load(fill))).isPresent());
  }

  private Optional<Page> nothing(Fill fill) {
    load(fill);
    return Optional.empty();
  }

  @Test
  void nullFromALoaderOfWhatMustExistIsToldWithAWayOut() {
    assertThatThrownBy(() -> pages.get("p", fill -> nobodysPage()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("find()");
  }

  /** Written where nobody checks for null. */
  @NullUnmarked
  private static Page nobodysPage() {
    return null;
  }

  @Test
  void actionsAreNeverCachedNorShared() {
    Entries<Page> actions = cache.entries(TtlClass.ACTION, Page.class);
    assertThat(actions.get("p", this::load).visits()).isEqualTo(1);
    assertThat(actions.get("p", this::load).visits()).isEqualTo(2);
    assertThat(rig.redis.exists("shop:{0}:entry:p")).isZero();
  }

  @Test
  void manyReadersOfAMissingValueLoadItOnce() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Loader<Page> slow =
        fill -> {
          begun.countDown();
          go.await(20, TimeUnit.SECONDS);
          return load(fill);
        };
    List<CompletableFuture<Page>> readers = new ArrayList<>();
    readers.add(pages.getAsync("p", slow));
    begun.await(20, TimeUnit.SECONDS);
    for (int i = 0; i < 50; i++) {
      readers.add(pages.getAsync("p", slow));
    }
    go.countDown();
    for (CompletableFuture<Page> reader : readers) {
      assertThat(reader.get(20, TimeUnit.SECONDS).visits()).isEqualTo(1);
    }
    assertThat(loads).hasValue(1);
  }

  @Test
  void twoProcessesLoadItOnceToo() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (FreshCache other = another()) {
      CompletableFuture<Page> first =
          pages.getAsync(
              "p",
              fill -> {
                begun.countDown();
                go.await(20, TimeUnit.SECONDS);
                return load(fill);
              });
      begun.await(20, TimeUnit.SECONDS);
      CompletableFuture<Page> second =
          other
              .entries(PLAIN.withLease(Duration.ofMinutes(1)), Page.class)
              .getAsync("p", this::load);
      until("the second waits", () -> rig.redis.exists("shop:{0}:lease:p") == 1);
      go.countDown();
      assertThat(first.get(20, TimeUnit.SECONDS).visits()).isEqualTo(1);
      assertThat(second.get(20, TimeUnit.SECONDS).visits()).isEqualTo(1);
    }
    until("the lease is given back", () -> rig.redis.exists("shop:{0}:lease:p") == 0);
  }

  @Test
  void aLoaderThatThrowsReachesTheCallerAndTheNextOneTriesAgain() {
    assertThatThrownBy(() -> pages.get("p", fill -> fail(new IllegalArgumentException("no"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> pages.get("p", fill -> fail(new IOException("down"))))
        .isInstanceOf(LoadFailedException.class)
        .hasMessageContaining("\"p\"")
        .hasRootCauseMessage("down");
    assertThat(pages.get("p", this::load).visits()).isEqualTo(1);
    assertThat(rig.count("freshet.cache.loads.failed")).isEqualTo(2);
  }

  private static Page fail(Exception e) throws Exception {
    throw e;
  }

  @Test
  void aLoaderThatAsksForItsOwnKeyIsTold() {
    assertThatThrownBy(() -> pages.get("p", fill -> pages.get("p", this::load)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the very key it loads");
  }

  @Test
  void whatTheCodecCannotReadCountsAsMissing() throws InterruptedException {
    pages.get("p", this::load);
    String header = rig.redis.get("shop:{0}:entry:p").split("\n", 2)[0];
    rig.redis.set("shop:{0}:entry:p", header + "\nnot json");
    rig.redis.set("shop:{0}:entry:q", "no header");
    try (FreshCache other = another()) {
      assertThat(other.get("p", PLAIN, Page.class, this::load).visits()).isEqualTo(2);
      assertThat(other.get("q", PLAIN, Page.class, this::load).visits()).isEqualTo(3);
    }
    // Once when it was asked for, and once more behind the lease.
    assertThat(CacheRig.count(rig.othersRegistry, "freshet.cache.unreadable")).isEqualTo(2);
    assertThat(rig.othersRegistry.get("freshet.cache.malformed").functionCounter().count())
        .isEqualTo(2);
  }

  @Test
  void longValuesAreCompressed() throws InterruptedException {
    Page big = new Page("x".repeat(100_000), 1);
    pages.get("p", fill -> titled(fill, big));
    assertThat(rig.redis.strlen("shop:{0}:entry:p")).isLessThan(2000);
    assertThat(rig.redis.getrange("shop:{0}:entry:p", 0, 100)).contains("\"gzip\"");
    try (FreshCache other = another()) {
      assertThat(other.get("p", PLAIN, Page.class, this::load)).isEqualTo(big);
    }
  }

  private static Page titled(Fill fill, Page page) {
    fill.fence("2000:2000:").tag("org:7");
    return page;
  }

  @Test
  void aStaleValueIsServedForAWhileWhileOneReloads() {
    Entries<Page> soft = cache.entries(PLAIN.withStaleFor(Duration.ofMinutes(1)), Page.class);
    soft.get("p", this::load);
    rig.apply(1500, "org:7");
    until("the reload has come", () -> soft.get("p", this::load).visits() == 2);
    assertThat(loads).hasValue(2);
    assertThat(rig.registry.get("freshet.cache.stale").timer().count()).isPositive();
  }

  @Test
  void aValueAboutToExpireIsReloadedAheadOfTime() {
    TtlClass eager = TtlClass.of("eager", Duration.ofSeconds(60)).withJitter(0).withEarliness(100);
    Entries<Page> values = cache.entries(eager, Page.class);
    String header = "[1,%d,600000000,%d,\"\",[\"org:7\"]]\n";
    long now = System.currentTimeMillis();
    rig.redis.set(
        "shop:{0}:entry:p",
        header.formatted(now - 1000, now + 59_000) + "{\"title\":\"old\",\"visits\":0}");
    until("it is reloaded", () -> values.get("p", this::load).visits() == 1);
    assertThat(rig.count("freshet.cache.refreshes")).isPositive();
  }

  @Test
  void aPeekLoadsNothing() {
    assertThat(pages.peek("p")).isEmpty();
    pages.get("p", this::load);
    assertThat(pages.peek("p")).hasValue(new Page("orders", 1));
  }

  @Test
  void aPeekOfAStaleValueNeitherReloadsNorVerifiesIt() throws InterruptedException {
    try (FreshCache other =
        rig.open(rig.builder().metrics(rig.othersRegistry).verify(1, Duration.ofMinutes(1)))) {
      Entries<Page> soft = other.entries(PLAIN.withStaleFor(Duration.ofMinutes(1)), Page.class);
      soft.get("p", this::load);
      rig.apply(1500, "org:7");
      until("it is stale", () -> stale(other, "p"));
      assertThat(soft.peek("p")).hasValue(new Page("orders", 1));
      assertThat(other.parts().loaders().getTaskCount()).isZero();
      assertThat(rig.othersRegistry.get("freshet.cache.verifications.waiting").gauge().value())
          .isZero();
    }
  }

  private static boolean stale(FreshCache cache, String key) {
    NearEntry<Held> held = cache.parts().near().peek(key);
    return held != null && held.stale();
  }

  @Test
  void aRemovedEntryIsGoneEverywhere() throws InterruptedException {
    try (FreshCache other = another()) {
      pages.get("p", this::load);
      other.get("p", PLAIN, Page.class, this::load);
      assertThat(cache.remove("p")).isTrue();
      assertThat(pages.peek("p")).isEmpty();
      until("the other forgets it", () -> other.entries(PLAIN, Page.class).peek("p").isEmpty());
    }
  }

  @Test
  void genericTypesAreReadBackAsTheyWere() throws InterruptedException {
    ValueType<List<Page>> list = new ValueType<>() {};
    List<Page> two = List.of(new Page("a", 1), new Page("b", 2));
    cache
        .entries(PLAIN, list)
        .get(
            "l",
            fill -> {
              fill.fence("2000:2000:");
              return two;
            });
    try (FreshCache other = another()) {
      assertThat(other.entries(PLAIN, list).peek("l")).hasValue(two);
    }
  }

  @Test
  void aNewIncarnationVoidsWhatWasBeingLoaded() {
    Page served =
        pages.get(
            "p",
            fill -> {
              rig.redis.hset(CacheRig.HEAD, "incarnation", "i2");
              return load(fill);
            });
    assertThat(served.visits()).isEqualTo(1);
    assertThat(rig.redis.exists("shop:{0}:entry:p")).isZero();
    assertThat(rig.count("freshet.cache.fills", "outcome", "incarnation")).isEqualTo(1);
  }
}

package dev.freshet.cache;

import static dev.freshet.cache.CacheRig.PLAIN;
import static dev.freshet.cache.CacheRig.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Those who wait for what another thread loads; without a Redis, so that all values are loaded. */
class JoiningTest {

  private static final TtlClass BYPASSING = PLAIN.withWhenBehind(WhenBehind.bypass());

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private @Nullable FreshCache cache;

  private Entries<String> open(int running, Duration patience) {
    cache =
        FreshCache.builder()
            .namespace("shop")
            .redis("redis://127.0.0.1:1")
            .connectTimeout(Duration.ofMillis(1))
            .metrics(registry)
            .loads(running, 10)
            .patience(patience)
            .build();
    return cache.entries(BYPASSING, String.class);
  }

  private Entries<String> open() {
    return open(4, Duration.ofMinutes(1));
  }

  @AfterEach
  void close() {
    go.countDown();
    if (cache != null) {
      cache.close();
    }
  }

  private String slow(Fill fill) throws InterruptedException {
    return slow();
  }

  private String slow() throws InterruptedException {
    begun.countDown();
    go.await(30, TimeUnit.SECONDS);
    return "first";
  }

  private CompletableFuture<String> lead(Entries<String> entries, Loader<String> loader)
      throws InterruptedException {
    CompletableFuture<String> leader = entries.getAsync("k", loader);
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    return leader;
  }

  @Test
  void whoHoldsTheRoomForALoadDoesNotWaitForOneThatNeedsIt() throws Exception {
    Entries<String> entries = open(1, Duration.ofMinutes(1));
    CompletableFuture<String> outer =
        lead(entries, fill -> slow(fill) + " and " + entries.get("part", inner -> "its own part"));
    CompletableFuture<String> part =
        CompletableFuture.supplyAsync(() -> entries.get("part", fill -> "part"));
    until("the part waits for room", () -> waiting() == 1);
    go.countDown();
    assertThat(outer.get(20, TimeUnit.SECONDS)).isEqualTo("first and its own part");
    assertThat(part.get(20, TimeUnit.SECONDS)).isEqualTo("part");
  }

  private double waiting() {
    return registry.get("freshet.cache.loads.waiting").gauge().value();
  }

  @Test
  void oneWhoJoinsWithoutBlockingHasPatienceToo() throws Exception {
    Entries<String> entries = open(4, Duration.ofMillis(20));
    CompletableFuture<String> leader = lead(entries, this::slow);
    assertThatThrownBy(() -> entries.getAsync("k", this::slow).get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(OverloadedException.class)
        .hasMessageContaining("\"k\" has been loading for more than PT0.02S");
    go.countDown();
    assertThat(leader.get(20, TimeUnit.SECONDS)).isEqualTo("first");
  }

  @Test
  void allWhoWaitGetTheSameException() throws Exception {
    Entries<String> entries = open();
    CompletableFuture<String> leader =
        lead(
            entries,
            fill -> {
              throw new IOException("no " + slow(fill));
            });
    CompletableFuture<String> joined = entries.getAsync("k", this::slow);
    go.countDown();
    for (CompletableFuture<String> one : List.of(leader, joined)) {
      assertThatThrownBy(() -> one.get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(LoadFailedException.class)
          .hasRootCauseMessage("no first");
    }
  }

  @Test
  void aLoaderThatWaitsForItsOwnKeyIsToldAlthoughRedisIsAskedFirst() {
    open();
    Entries<String> asking = cache().entries(PLAIN, String.class);
    Loader<String> selfish =
        fill -> asking.getAsync("k", this::slow).orTimeout(20, TimeUnit.SECONDS).join();
    assertThatThrownBy(() -> asking.get("k", selfish))
        .hasRootCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the very key it loads");
  }

  private FreshCache cache() {
    if (cache == null) {
      throw new IllegalStateException("not open");
    }
    return cache;
  }

  @Test
  void whatComesAfterAJoinedLoadBeginsAnew() throws Exception {
    Entries<String> entries = open();
    CompletableFuture<String> leader = lead(entries, this::slow);
    goesOn(entries);
    assertThat(leader.get(20, TimeUnit.SECONDS)).isEqualTo("first");
  }

  @Test
  void whatComesAfterAJoinedBatchBeginsAnew() throws Exception {
    Entries<String> entries = open();
    CompletableFuture<Map<String, String>> leader =
        entries.getAllAsync(List.of("k"), (keys, fills) -> Map.of("k", slow()));
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    goesOn(entries);
    assertThat(leader.get(20, TimeUnit.SECONDS)).containsEntry("k", "first");
  }

  private void goesOn(Entries<String> entries) throws Exception {
    CompletableFuture<String> joined =
        entries
            .getAsync("k", this::slow)
            .thenApply(value -> value + ", " + entries.get("k", fill -> "second"));
    go.countDown();
    assertThat(joined.get(20, TimeUnit.SECONDS)).isEqualTo("first, second");
  }

  @Test
  void whatBeganBeforeTheyAskedIsLoadedOnceMoreForAllOfThem() throws Exception {
    Entries<String> entries = open();
    AtomicInteger loads = new AtomicInteger();
    CountDownLatch second = new CountDownLatch(1);
    Loader<String> loader =
        fill -> {
          fill.fence("2000:2000:");
          int load = loads.incrementAndGet();
          begun.countDown();
          (load == 1 ? go : second).await(30, TimeUnit.SECONDS);
          return "load " + load;
        };
    CompletableFuture<String> leader = lead(entries, loader);
    List<CompletableFuture<String>> joined = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      joined.add(entries.getAsync("k", loader));
    }
    CompletableFuture<String> blocking =
        CompletableFuture.supplyAsync(() -> entries.get("k", loader));
    until("all wait", () -> waitingFor("k") == 51);
    go.countDown();
    assertThat(leader.get(20, TimeUnit.SECONDS)).isEqualTo("load 1");
    until("all but the next leader wait", () -> loads.get() == 2 && waitingFor("k") == 50);
    second.countDown();
    for (CompletableFuture<String> one : joined) {
      assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo("load 2");
    }
    assertThat(blocking.get(20, TimeUnit.SECONDS)).isEqualTo("load 2");
    assertThat(loads).hasValue(2);
  }

  /** How many wait for the load of a key that is under way. */
  private int waitingFor(String key) {
    Loader<Optional<String>> nobody = fill -> Optional.empty();
    return cache()
        .parts()
        .flights()
        .underWay(new Lookup(key, BYPASSING, ValueType.of(String.class), nobody))
        .map(flight -> flight.landing.getNumberOfDependents())
        .orElse(0);
  }

  @Test
  void whatIsLoadedInsideAWritingTransactionIsForNobodyElse() throws Exception {
    Entries<String> entries = open();
    CompletableFuture<String> writer = lead(entries, fill -> slow(fill.fence(Fence.NEVER)));
    CompletableFuture<String> reader = entries.getAsync("k", fill -> "committed");
    CompletableFuture<String> blocking =
        CompletableFuture.supplyAsync(() -> entries.get("k", fill -> "committed"));
    until("both wait", () -> waitingFor("k") == 2);
    go.countDown();
    assertThat(writer.get(20, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(reader.get(20, TimeUnit.SECONDS)).isEqualTo("committed");
    assertThat(blocking.get(20, TimeUnit.SECONDS)).isEqualTo("committed");
  }

  @Test
  void whatABatchLoadsInsideAWritingTransactionIsForNobodyElse() throws Exception {
    Entries<String> entries = open();
    CompletableFuture<Map<String, String>> writer =
        entries.getAllAsync(
            List.of("k"),
            (keys, fills) -> {
              fills.fence(Fence.NEVER);
              return Map.of("k", slow());
            });
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<String> reader = entries.getAsync("k", fill -> "committed");
    go.countDown();
    assertThat(writer.get(20, TimeUnit.SECONDS)).containsEntry("k", "first");
    assertThat(reader.get(20, TimeUnit.SECONDS)).isEqualTo("committed");
  }

  @Test
  void whoFindsNothingToShareInTwoLoadsLoadsAlone() throws Exception {
    Entries<String> entries = open();
    AtomicInteger loads = new AtomicInteger();
    Loader<String> unfenced =
        fill -> {
          loads.incrementAndGet();
          return slow();
        };
    CompletableFuture<String> leader = lead(entries, unfenced);
    List<CompletableFuture<String>> joined = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      joined.add(entries.getAsync("k", unfenced));
    }
    go.countDown();
    for (CompletableFuture<String> one : joined) {
      assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo("first");
    }
    assertThat(leader.get(20, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(loads).hasValue(9);
  }

  @Test
  void aKeyOfABatchThatIsUnderWayIsMissedOnce() throws Exception {
    Entries<String> entries = open();
    CompletableFuture<String> leader = lead(entries, this::slow);
    CountDownLatch batch = new CountDownLatch(1);
    CompletableFuture<Map<String, String>> both =
        entries.getAllAsync(
            List.of("k", "other"),
            (keys, fills) -> {
              batch.countDown();
              return Map.of("k", "x", "other", "x");
            });
    assertThat(batch.await(20, TimeUnit.SECONDS)).isTrue();
    go.countDown();
    assertThat(leader.get(20, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(both.get(20, TimeUnit.SECONDS)).containsOnlyKeys("k", "other");
    assertThat(CacheRig.count(registry, "freshet.cache.gets", "result", "miss")).isEqualTo(3);
  }
}

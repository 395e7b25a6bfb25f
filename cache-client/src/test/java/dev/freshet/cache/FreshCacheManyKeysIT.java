package dev.freshet.cache;

import static dev.freshet.cache.CacheRig.PLAIN;
import static dev.freshet.cache.CacheRig.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many keys at once, on a real Redis. */
class FreshCacheManyKeysIT {

  record Page(String title, int visits) {}

  @TempDir static Path folder;
  private static CacheRig rig;

  private final AtomicInteger loads = new AtomicInteger();
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
    cache = rig.open(rig.builder());
    pages = cache.entries(PLAIN, Page.class);
  }

  @AfterEach
  void close() {
    cache.close();
  }

  private Page load(Fill fill) {
    fill.fence("2000:2000:").tag("org:7");
    return new Page("orders", loads.incrementAndGet());
  }

  @Test
  void severalValuesTakeOneLoadForAllThatAreMissing() {
    pages.get("b", this::load);
    List<Set<String>> asked = new ArrayList<>();
    BatchLoader<Page> loader =
        (keys, fills) -> {
          asked.add(keys);
          fills.fence("2000:2000:").tagAll("table:orders");
          Map<String, Page> found = new HashMap<>();
          for (String key : keys) {
            if (!key.equals("gone")) {
              fills.tag(key, "page:" + key);
              found.put(key, new Page(key, 0));
            }
          }
          return found;
        };
    List<String> keys = List.of("a", "b", "gone", "c");
    assertThat(pages.getAll(keys, loader)).containsOnlyKeys("a", "b", "c");
    assertThat(pages.getAll(keys, loader)).containsOnlyKeys("a", "b", "c");
    assertThat(asked).containsExactly(Set.of("a", "c", "gone"));
    rig.apply(1500, "page:a");
    until("a is loaded alone", () -> pages.getAll(keys, loader).size() == 3 && asked.size() == 2);
    assertThat(asked.get(1)).containsExactly("a");
  }

  @Test
  void warmingLoadsWhatIsMissingAndTellsHowFarItIs() throws Exception {
    pages.get("k1", this::load);
    Warming warming =
        pages.warm(
            List.of("k1", "k2", "k3", "bad"),
            2,
            fill -> {
              if (fill.key().equals("bad")) {
                throw new IllegalStateException("bad");
              }
              return Optional.of(load(fill));
            });
    assertThat(warming.end().get(20, TimeUnit.SECONDS)).isEqualTo(new Warming.Progress(4, 3, 1));
    assertThat(loads).hasValue(3);
  }

  @Test
  void theHottestKeysAreKnownToTheNextProcess() throws InterruptedException {
    for (int i = 0; i < 2000; i++) {
      pages.get(i % 4 == 0 ? "warm" : "hot", this::load);
    }
    cache.rememberHottest();
    try (FreshCache other = rig.another()) {
      assertThat(other.hottest(10)).containsExactly("hot", "warm");
    }
  }

  @Test
  void ofAllProcessesOneHalvesWhatCountsAndOnceAnHour() throws Exception {
    rig.redis.zadd("shop:{0}:hot", 8, "k");
    try (FreshCache other = rig.another()) {
      for (int i = 0; i < 3; i++) {
        cache.parts().hot().fade().get(20, TimeUnit.SECONDS);
        other.parts().hot().fade().get(20, TimeUnit.SECONDS);
      }
    }
    assertThat(rig.redis.zscore("shop:{0}:hot", "k")).isEqualTo(4.0);
    assertThat(rig.redis.pttl("shop:{0}:hot-faded")).isBetween(3_000_000L, 3_600_000L);
  }

  @Test
  void manyEntriesAreRemovedInBoundedCalls() {
    List<String> keys = IntStream.range(0, 1200).mapToObj(i -> "k" + i).toList();
    pages.getAll(keys, (missing, fills) -> loadAll(missing, fills));
    long before = Long.parseLong(rig.redis.hget(CacheRig.HEAD, "seq"));
    assertThat(cache.remove(keys.toArray(String[]::new))).isTrue();
    assertThat(rig.redis.keys("shop:{0}:entry:*")).isEmpty();
    assertThat(Long.parseLong(rig.redis.hget(CacheRig.HEAD, "seq"))).isEqualTo(before + 3);
  }

  private static Map<String, Page> loadAll(Set<String> keys, BatchFill fills) {
    fills.fence("2000:2000:").tagAll("org:7");
    Map<String, Page> all = new HashMap<>();
    keys.forEach(key -> all.put(key, new Page(key, 0)));
    return all;
  }
}

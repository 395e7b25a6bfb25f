package dev.freshet.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.ScoredValue;
import io.lettuce.core.SetArgs;
import io.lettuce.core.ZStoreArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * The keys that are read most, remembered in Redis: there they survive a restart of the application
 * without a disk of its own, and a new process knows what all others read.
 *
 * <p>One read in {@value #SAMPLE} is counted. This process holds {@value #TRACKED} keys at most,
 * Redis {@value #REMEMBERED}; a new key gets in as soon as a flush has made room. Thread-safe.
 */
final class HotKeys {

  static final int SAMPLE = 8;
  static final int TRACKED = 10_000;
  static final int REMEMBERED = 1_000;

  private static final Duration FADED_FOR = Duration.ofHours(1);

  private final FarTier far;
  private final RandomGenerator random;
  private final ConcurrentHashMap<String, LongAdder> counts = new ConcurrentHashMap<>();

  HotKeys(FarTier far, RandomGenerator random) {
    this.far = far;
    this.random = random;
  }

  void read(String key) {
    if (random.nextInt(SAMPLE) == 0) {
      count(key);
    }
  }

  void count(String key) {
    LongAdder known = counts.get(key);
    if (known == null && counts.size() < TRACKED) {
      known = counts.computeIfAbsent(key, unknown -> new LongAdder());
    }
    if (known != null) {
      known.increment();
    }
  }

  private String name() {
    return far.layout().prefix(0) + "hot";
  }

  /** Adds what was counted since the last time to what Redis remembers, and forgets it here. */
  CompletableFuture<?> flush() {
    Map<String, Long> taken = new HashMap<>();
    for (String key : List.copyOf(counts.keySet())) {
      LongAdder count = counts.remove(key);
      if (count != null) {
        taken.put(key, count.sum());
      }
    }
    List<CompletableFuture<?>> sent = new ArrayList<>();
    taken.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(REMEMBERED)
        .forEach(
            entry ->
                sent.add(
                    far.ask(
                        redis ->
                            redis.zincrby(
                                name(), entry.getValue(), entry.getKey().getBytes(UTF_8)))));
    if (!sent.isEmpty()) {
      sent.add(far.ask(redis -> redis.zremrangebyrank(name(), 0, -REMEMBERED - 1)));
    }
    return CompletableFuture.allOf(sent.toArray(CompletableFuture<?>[]::new));
  }

  /** What was read once counts half: once an hour, however many processes try how often. */
  CompletableFuture<?> fade() {
    SetArgs once = SetArgs.Builder.nx().px(FADED_FOR.toMillis());
    return far.ask(redis -> redis.set(name() + "-faded", new byte[] {'1'}, once))
        .thenCompose(
            set ->
                "OK".equals(set)
                    ? far.ask(
                        redis -> redis.zunionstore(name(), ZStoreArgs.Builder.weights(0.5), name()))
                    : CompletableFuture.completedFuture(0L));
  }

  /** The hottest first. */
  List<String> hottest(int most) {
    if (most < 1) {
      return List.of();
    }
    List<ScoredValue<byte[]>> known =
        far.await(far.ask(redis -> redis.zrevrangeWithScores(name(), 0, most - 1L)));
    return known.stream().map(one -> new String(one.getValue(), UTF_8)).toList();
  }

  int tracked() {
    return counts.size();
  }
}

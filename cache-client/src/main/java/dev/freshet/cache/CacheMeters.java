package dev.freshet.cache;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What the cache counts and how full its queues are. Thread-safe. */
final class CacheMeters {

  final Counter refreshesDropped;
  final Counter eventsFailed;
  final Counter hints;
  final Counter hintsFailed;
  final Counter unreadable;
  private final MeterRegistry registry;
  private final Map<String, ClassMeters> classes = new ConcurrentHashMap<>();

  /** Of the read before: mostly the next one is of the same class, and saves the look-up. */
  private volatile @Nullable Recent recent;

  private record Recent(TtlClass ttl, ClassMeters meters) {}

  CacheMeters(MeterRegistry registry) {
    this.registry = registry;
    this.refreshesDropped = counter("refreshes.dropped", "Reloads for which no thread was free");
    this.eventsFailed = counter("events.failed", "Events whose handler threw");
    this.hints = counter("hints", "Invalidations by this process");
    this.hintsFailed = counter("hints.failed", "Invalidations that Redis did not take");
    this.unreadable = counter("unreadable", "Entries the codec could not read: misses");
  }

  @SuppressWarnings("ReferenceEquality") // another one that is equal only takes the longer way
  ClassMeters of(TtlClass ttl) {
    Recent before = recent;
    if (before != null && before.ttl == ttl) {
      return before.meters;
    }
    ClassMeters found =
        classes.computeIfAbsent(ttl.name(), name -> new ClassMeters(registry, name));
    recent = new Recent(ttl, found);
    return found;
  }

  Counter counter(String name, String description) {
    return Counter.builder("freshet.cache." + name).description(description).register(registry);
  }

  void show(Limiter limiter, Flights flights, ThreadPoolExecutor loaders) {
    gauge("loads.running", "Loads under way", limiter, Limiter::runningNow);
    gauge("loads.waiting", "Loads that wait for others to end", limiter, Limiter::waitingNow);
    gauge("flights", "Loads that others may join", flights, Flights::size);
    gauge("loaders.busy", "Threads of the cache that load", loaders, it -> it.getActiveCount());
    gauge("loaders.queue", "Loads that wait for a thread", loaders, it -> it.getQueue().size());
  }

  void show(FarTier far, Freshness freshness) {
    FunctionCounter.builder("freshet.cache.redis.errors", far, FarTier::errors)
        .description("Commands that failed or were not sent")
        .register(registry);
    FunctionCounter.builder("freshet.cache.malformed", far, FarTier::malformed)
        .description("Entries that could not be read, and counted as missing")
        .register(registry);
    gauge(
        "behind",
        "Age of the newest heartbeat applied, seconds; -1 before the first",
        freshness,
        it -> seconds(it.behindMillis()));
  }

  void show(Verifier verifier) {
    FunctionCounter.builder("freshet.cache.verified", verifier, Verifier::checked)
        .description("Hits that were loaded again and compared")
        .register(registry);
    FunctionCounter.builder("freshet.cache.inconsistent", verifier, Verifier::inconsistent)
        .description("Of these, values that were old and stayed in the cache")
        .register(registry);
    gauge(
        "consistency",
        "Consistency in nines: 3 is 99.9 % of the verified hits",
        verifier,
        Verifier::nines);
    gauge("verifications.waiting", "Hits to be compared", verifier, Verifier::waiting);
  }

  <T> void gauge(String name, String description, T of, ToDoubleFunction<T> value) {
    Gauge.builder("freshet.cache." + name, of, value)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  private static double seconds(long millis) {
    return millis == Long.MAX_VALUE ? -1 : millis / 1e3;
  }
}

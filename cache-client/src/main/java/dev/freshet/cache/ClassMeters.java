package dev.freshet.cache;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is counted for one TTL class. Thread-safe. */
final class ClassMeters {

  final Counter nearHits;
  final Counter farHits;
  final Counter misses;
  final Timer staleAge;
  final Timer loads;
  final Counter failures;
  final Counter refreshes;
  private final MeterRegistry registry;
  private final String name;
  private final Map<String, Counter> fills = new ConcurrentHashMap<>();

  ClassMeters(MeterRegistry registry, String name) {
    this.registry = registry;
    this.name = name;
    this.nearHits = gets("near");
    this.farHits = gets("far");
    this.misses = gets("miss");
    this.staleAge =
        Timer.builder("freshet.cache.stale")
            .description("Values served although stale, by how long they were past their time")
            .tag("class", name)
            .register(registry);
    this.loads =
        Timer.builder("freshet.cache.loads")
            .description("How long loads took")
            .tag("class", name)
            .register(registry);
    this.failures =
        Counter.builder("freshet.cache.loads.failed").tag("class", name).register(registry);
    this.refreshes =
        Counter.builder("freshet.cache.refreshes")
            .description("Reloads ahead of time or of stale values")
            .tag("class", name)
            .register(registry);
  }

  private Counter gets(String result) {
    return Counter.builder("freshet.cache.gets")
        .description("Reads by where the value was found")
        .tag("class", name)
        .tag("result", result)
        .register(registry);
  }

  /** What became of a loaded value: {@code stored}, or why it was not. */
  void filled(String outcome) {
    fills
        .computeIfAbsent(
            outcome,
            unknown ->
                Counter.builder("freshet.cache.fills")
                    .description("Loaded values by whether they were stored, or why not")
                    .tag("class", name)
                    .tag("outcome", outcome)
                    .register(registry))
        .increment();
  }

  void stale(long millis) {
    staleAge.record(Duration.ofMillis(Math.max(0, millis)));
  }
}

package dev.freshet.cache;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/** What the feed and the local cache count, shown to a registry. */
final class NearMetrics {

  private NearMetrics() {}

  static void show(MeterRegistry registry, Feed feed) {
    counter(registry, "freshet.cache.feed.messages", feed, it -> it.stats().messages());
    counter(registry, "freshet.cache.feed.gaps", feed, it -> it.stats().gaps());
    counter(registry, "freshet.cache.feed.silences", feed, it -> it.stats().silences());
    counter(registry, "freshet.cache.feed.disconnects", feed, it -> it.stats().disconnects());
    counter(registry, "freshet.cache.feed.clears", feed, it -> it.stats().clears());
    Gauge.builder("freshet.cache.feed.waiting", feed, it -> it.stats().waiting())
        .description("Messages received and not handled yet")
        .register(registry);
    Gauge.builder("freshet.cache.feed.age", feed, it -> it.stats().ageNanos() / 1e9)
        .description("Since the newest message of the bucket heard of longest ago")
        .baseUnit("seconds")
        .register(registry);
  }

  static void show(MeterRegistry registry, NearCache<?> near) {
    counter(registry, "freshet.cache.near.hits", near, it -> it.stats().hits());
    counter(registry, "freshet.cache.near.misses", near, it -> it.stats().misses());
    counter(registry, "freshet.cache.near.puts", near, it -> it.stats().puts());
    counter(registry, "freshet.cache.near.refused", near, it -> it.stats().refused());
    counter(registry, "freshet.cache.near.invalidated", near, it -> it.stats().invalidated());
    counter(registry, "freshet.cache.near.evicted", near, it -> it.stats().evicted());
    Gauge.builder("freshet.cache.near.entries", near, it -> it.stats().entries())
        .register(registry);
  }

  private static <T> void counter(
      MeterRegistry registry, String name, T of, ToDoubleFunction<T> count) {
    FunctionCounter.builder(name, of, count).register(registry);
  }
}

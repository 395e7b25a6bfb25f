package dev.freshet.materializer.sink;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** What the sink of a view counts. */
public final class SinkMetrics {

  private final Counter rows;
  private final Counter batches;
  private final Timer latency;
  private final InstantSource clock;

  public SinkMetrics(MeterRegistry registry, String view, InstantSource clock) {
    this.rows = registry.counter("freshet.view.rows.changed", "view", view);
    this.batches = registry.counter("freshet.view.transactions", "view", view);
    this.latency =
        Timer.builder("freshet.view.commit.to.visible")
            .description("From the newest commit of a batch to the commit of its view rows")
            .tag("view", view)
            .publishPercentileHistogram()
            .register(registry);
    this.clock = clock;
  }

  void applied(int changed, String committed) {
    if (changed > 0) {
      rows.increment(changed);
      batches.increment();
      Duration since = Duration.between(Instant.parse(committed), clock.instant());
      latency.record(since.isNegative() ? Duration.ZERO : since);
    }
  }
}

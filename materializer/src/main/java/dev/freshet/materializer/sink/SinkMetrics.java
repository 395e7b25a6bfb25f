package dev.freshet.materializer.sink;

import dev.freshet.runtime.Stages;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the sink of a view counts, and how the view stands. */
public final class SinkMetrics {

  private final Counter rows;
  private final Counter batches;
  private final Timer latency;
  private final Stages.Stage visible;
  private final InstantSource clock;
  private volatile long rowsNow;
  private volatile long errorsNow;
  private volatile long stateBytes;
  private volatile double lagSeconds;
  private volatile @Nullable Instant waiting;

  public SinkMetrics(MeterRegistry registry, String view, Stages stages, InstantSource clock) {
    this.visible = stages.sinceCommit("view:" + view);
    this.rows = registry.counter("freshet.view.rows.changed", "view", view);
    this.batches = registry.counter("freshet.view.transactions", "view", view);
    this.latency =
        Timer.builder("freshet.view.commit.to.visible")
            .description("From the newest commit of a batch to the commit of its view rows")
            .tag("view", view)
            .publishPercentileHistogram()
            .register(registry);
    this.clock = clock;
    gauge(registry, "freshet.view.rows", view, "rows", () -> rowsNow);
    gauge(registry, "freshet.view.errors", view, "rows", () -> errorsNow);
    gauge(registry, "freshet.view.state", view, "bytes", () -> stateBytes);
    gauge(registry, "freshet.view.lag", view, "seconds", this::lag);
  }

  private static void gauge(
      MeterRegistry registry, String name, String view, String unit, Supplier<Number> value) {
    // A view that is followed anew in this process has new figures.
    registry.find(name).tag("view", view).gauges().forEach(registry::remove);
    Gauge.builder(name, value).tag("view", view).baseUnit(unit).register(registry);
  }

  /** The lag when rows were written last; more while the table does not take what waits. */
  private double lag() {
    Instant oldest = waiting;
    return oldest == null ? lagSeconds : Math.max(lagSeconds, seconds(since(oldest)));
  }

  /** Never negative: clocks differ. */
  private Duration since(Instant commit) {
    Duration since = Duration.between(commit, clock.instant());
    return since.isNegative() ? Duration.ZERO : since;
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }

  /** A position is about to be written. */
  void begins(Registry.Told told) {
    if (waiting == null) {
      waiting = Instant.parse(told.committed());
    }
  }

  /** A position was written, with so many changed rows before it. */
  void applied(int changed, Registry.Told told) {
    Instant commit = Instant.parse(told.committed());
    Duration since = since(commit);
    rowsNow = told.rows();
    errorsNow = told.errors();
    stateBytes = told.stateBytes();
    lagSeconds = seconds(since);
    waiting = null;
    if (changed > 0) {
      rows.increment(changed);
      batches.increment();
      visible.reached(ChronoUnit.MICROS.between(Instant.EPOCH, commit));
      latency.record(since);
    }
  }
}

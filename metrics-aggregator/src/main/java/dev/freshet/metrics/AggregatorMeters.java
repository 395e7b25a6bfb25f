package dev.freshet.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** What the aggregator counts about itself. Thread-safe. */
final class AggregatorMeters {

  private final Counter requests;
  private final Counter rejected;
  private final Counter clamped;
  private final Counter late;
  private final Counter tooOld;
  private final Counter folded;
  private final Counter rows;
  private final AtomicLong routes = new AtomicLong();

  AggregatorMeters(MeterRegistry registry) {
    requests = registry.counter("freshet.requests.counted");
    rejected = registry.counter("freshet.requests.rejected");
    clamped = registry.counter("freshet.requests.clamped");
    late = registry.counter("freshet.requests.late");
    tooOld = registry.counter("freshet.requests.too.old");
    folded = registry.counter("freshet.requests.routes.beyond.limit");
    rows = registry.counter("freshet.latency.rows");
    registry.gauge("freshet.latency.routes", routes);
  }

  void counted(long events, long fromFuture) {
    requests.increment(events);
    clamped.increment(fromFuture);
  }

  void rejected(long events) {
    rejected.increment(events);
  }

  void late(long weight) {
    late.increment(weight);
  }

  void tooOld(long weight) {
    tooOld.increment(weight);
  }

  void folded(long weight) {
    folded.increment(weight);
  }

  void rows(long written) {
    rows.increment(written);
  }

  void routes(long more) {
    routes.addAndGet(more);
  }
}

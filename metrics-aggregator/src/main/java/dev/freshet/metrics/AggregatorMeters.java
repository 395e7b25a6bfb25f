package dev.freshet.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the aggregator counts about itself. Thread-safe.
 *
 * <p>What a task counts is shown once it is committed ({@link Uncommitted}): a transaction that is
 * aborted is counted again by whoever goes on, and a meter cannot be rolled back.
 */
final class AggregatorMeters {

  private final Counter requests;
  private final Counter rejected;
  private final Counter clamped;
  private final Counter late;
  private final Counter tooOld;
  private final Counter folded;
  private final Counter foldedServices;
  private final Counter rows;
  private final AtomicLong routes = new AtomicLong();

  AggregatorMeters(MeterRegistry registry) {
    requests = registry.counter("freshet.requests.counted");
    rejected = registry.counter("freshet.requests.rejected");
    clamped = registry.counter("freshet.requests.clamped");
    late = registry.counter("freshet.requests.late");
    tooOld = registry.counter("freshet.requests.too.old");
    folded = registry.counter("freshet.requests.routes.beyond.limit");
    foldedServices = registry.counter("freshet.requests.services.beyond.limit");
    rows = registry.counter("freshet.latency.rows");
    registry.gauge("freshet.latency.routes", routes);
  }

  /** Counts of one task. */
  Uncommitted ofTask() {
    return new Uncommitted();
  }

  void routes(long more) {
    routes.addAndGet(more);
  }

  /**
   * What one task has counted since its last commit. No callback of Kafka Streams says that a
   * commit has worked; but when it has not, a task is given up or begins anew, so whatever it does
   * next without that says it. Not thread-safe.
   */
  final class Uncommitted {
    private final Map<Counter, Long> counted = new HashMap<>();
    private final Map<Counter, Long> underWay = new HashMap<>();

    void counted(long events, long fromFuture) {
      add(requests, events);
      add(clamped, fromFuture);
    }

    void rejected(long events) {
      add(rejected, events);
    }

    void late(long weight) {
      add(late, weight);
    }

    void tooOld(long weight) {
      add(tooOld, weight);
    }

    void folded(long weight) {
      add(folded, weight);
    }

    void foldedServices(long weight) {
      add(foldedServices, weight);
    }

    void rows(long written) {
      add(rows, written);
    }

    private void add(Counter counter, long more) {
      counted.merge(counter, more, Long::sum);
    }

    /** All that was counted until now is part of the commit that follows. */
    void beforeCommit() {
      counted.forEach((counter, count) -> underWay.merge(counter, count, Long::sum));
      counted.clear();
    }

    /** The last commit has worked: shows its counts. */
    void committed() {
      if (!underWay.isEmpty()) {
        underWay.forEach(Counter::increment);
        underWay.clear();
      }
    }

    /** The task begins anew after its last commit that has worked. */
    void begin() {
      counted.clear();
      underWay.clear();
    }
  }
}

package dev.freshet.invalidation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** What the Redis sink counts. */
final class SinkMetrics {

  private final Counter changes;
  private final Counter tags;
  private final Counter keys;
  private final Counter calls;
  private final Counter unreadable;
  private final Timer oldest;

  SinkMetrics(MeterRegistry registry) {
    changes = registry.counter("freshet.invalidation.changes");
    tags = registry.counter("freshet.invalidation.tags");
    keys = registry.counter("freshet.invalidation.keys.deleted");
    calls = registry.counter("freshet.invalidation.script.calls");
    unreadable = registry.counter("freshet.invalidation.unreadable");
    oldest =
        Timer.builder("freshet.invalidation.commit.to.delete")
            .description("From the commit of a batch's oldest change to Redis's acknowledgement")
            .publishPercentileHistogram()
            .register(registry);
  }

  void unreadable() {
    unreadable.increment();
  }

  void applied(Batch batch, long deleted, int scriptCalls, long nowMicros) {
    changes.increment(batch.changes());
    tags.increment(batch.tags().size());
    keys.increment(deleted);
    calls.increment(scriptCalls);
    if (batch.oldestCommitMicros() > 0) {
      oldest.record(Math.max(0, nowMicros - batch.oldestCommitMicros()), TimeUnit.MICROSECONDS);
    }
  }
}

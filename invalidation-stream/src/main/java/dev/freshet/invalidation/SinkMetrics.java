package dev.freshet.invalidation;

import dev.freshet.runtime.Stages;
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
  private final Counter gaps;
  private final Timer oldest;
  private final Stages.Stage received;
  private final Stages.Stage deleted;

  SinkMetrics(MeterRegistry registry, Stages stages) {
    received = stages.sinceCommit("commit-to-invalidation");
    deleted = stages.sinceCommit("commit-to-delete");
    changes = registry.counter("freshet.invalidation.changes");
    tags = registry.counter("freshet.invalidation.tags");
    keys = registry.counter("freshet.invalidation.keys.deleted");
    calls = registry.counter("freshet.invalidation.script.calls");
    unreadable = registry.counter("freshet.invalidation.unreadable");
    gaps = registry.counter("freshet.invalidation.gaps");
    oldest =
        Timer.builder("freshet.invalidation.commit.to.delete")
            .description("From the commit of a batch's oldest change to Redis's acknowledgement")
            .publishPercentileHistogram()
            .register(registry);
  }

  void missed() {
    gaps.increment();
  }

  void unreadable() {
    unreadable.increment();
  }

  void received(Batch batch) {
    batch.eachCommit(received::reached);
  }

  void applied(Batch batch, long keysDeleted, int scriptCalls, long nowMicros) {
    batch.eachCommit(deleted::reached);
    changes.increment(batch.changes());
    tags.increment(batch.tags().size());
    keys.increment(keysDeleted);
    calls.increment(scriptCalls);
    if (batch.oldestCommitMicros() > 0) {
      oldest.record(Math.max(0, nowMicros - batch.oldestCommitMicros()), TimeUnit.MICROSECONDS);
    }
  }
}

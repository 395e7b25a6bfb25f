package dev.freshet.materializer.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.runtime.Stages;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SinkMetricsTest {

  private static final Instant COMMITTED = Instant.parse("2026-01-31T10:00:00Z");

  private final AtomicReference<Instant> now = new AtomicReference<>(COMMITTED);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final SinkMetrics metrics = new SinkMetrics(registry, "daily", Stages.off(), now::get);

  private static Registry.Told committedAt(int second) {
    return new Registry.Told("0/1", COMMITTED.plusSeconds(second).toString(), 1, 0, List.of(), 0);
  }

  private double lagAt(int second) {
    now.set(COMMITTED.plusSeconds(second));
    return registry.get("freshet.view.lag").tag("view", "daily").gauge().value();
  }

  @Test
  void theLagGrowsWhileTheTableTakesNothingAndNotWhileNothingHappens() {
    metrics.begins(committedAt(0));
    now.set(COMMITTED.plusSeconds(2));
    metrics.applied(1, committedAt(0));
    assertThat(lagAt(60)).as("nothing happened since").isEqualTo(2);
    metrics.begins(committedAt(60));
    metrics.begins(committedAt(70)); // tried again, with what came meanwhile
    assertThat(lagAt(90)).isEqualTo(30);
    metrics.applied(1, committedAt(70));
    assertThat(lagAt(100)).isEqualTo(20);
  }
}

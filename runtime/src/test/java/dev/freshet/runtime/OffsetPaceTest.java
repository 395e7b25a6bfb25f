package dev.freshet.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OffsetPaceTest {

  @Test
  void anOffsetIsToldAtTheStartAndThenLongBeforeKafkaForgetsIt() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-31T10:00:00Z"));
    OffsetPace pace = new OffsetPace(now::get);
    assertThat(pace.isDue()).isTrue();
    pace.told();
    assertThat(pace.isDue()).isFalse();
    now.updateAndGet(before -> before.plus(Duration.ofMinutes(59)));
    assertThat(pace.isDue()).isFalse();
    now.updateAndGet(before -> before.plus(Duration.ofMinutes(1)));
    assertThat(pace.isDue()).isTrue();
  }
}

package dev.freshet.console.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.console.api.Stage.Disturbed;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TicksTest {

  private static final long NOON = Instant.parse("2026-01-01T12:00:00Z").toEpochMilli();

  @Test
  void aStageThatNothingHappenedToHasNone() {
    assertThat(Ticks.of(List.of(), NOON)).isEmpty();
  }

  @Test
  void aTickStandsWhereItsMomentIsInTheHour() {
    String ticks =
        Ticks.of(
            List.of(
                new Disturbed("started", "2026-01-01T11:30:00Z", 1),
                new Disturbed("rebalanced", "2026-01-01T11:59:00Z", 3)),
            NOON);
    assertThat(ticks)
        .contains("d=\"M60.0 0V8M118.0 4V8\"")
        .contains("In the last hour 1 start and 3 rebalances, last ", "2026-01-01 11:59:00");
    assertThat(Ticks.of(List.of(new Disturbed("rebalanced", "2026-01-01T11:00:00Z", 1)), NOON))
        .contains("d=\"M0.0 4V8\"", "Rebalanced ");
  }
}

package dev.freshet.materializer.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DebounceTest {

  private static final Instant START = Instant.parse("2026-01-31T10:00:00Z");

  private final Debounce debounce =
      new Debounce(
          new RefreshConfig(
              List.of(), Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofSeconds(5)));

  private static Instant at(int seconds) {
    return START.plusSeconds(seconds);
  }

  @Test
  void nothingIsDueWhereNothingChanged() {
    assertThat(debounce.due()).isEmpty();
    assertThat(debounce.isDue(at(100))).isFalse();
  }

  @Test
  void aRefreshWaitsUntilItIsQuiet() {
    debounce.changed(at(0));
    debounce.changed(at(1));
    assertThat(debounce.isDue(at(1))).isFalse();
    assertThat(debounce.due()).contains(at(2));
  }

  @Test
  void changesThatKeepComingWaitNoLongerThanTheDelay() {
    for (int second = 0; second <= 5; second++) {
      debounce.changed(at(second));
    }
    assertThat(debounce.isDue(at(5))).isTrue();
  }

  @Test
  void theNextRefreshKeepsItsDistanceFromTheEndOfTheOneBefore() {
    debounce.changed(at(0));
    debounce.begins();
    debounce.changed(at(1)); // while it runs: not in it
    debounce.ended(at(3));
    assertThat(debounce.due()).contains(at(13));
    debounce.begins();
    debounce.ended(at(14));
    assertThat(debounce.due()).isEmpty();
  }
}

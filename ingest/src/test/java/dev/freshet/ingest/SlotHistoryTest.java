package dev.freshet.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SlotHistoryTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final SlotHistory history = new SlotHistory();

  @Test
  void growthIsThatOfTheLastFiveMinutes() {
    assertThat(history.growth("shop", 0, 1000)).isZero();
    assertThat(history.growth("shop", 10 * SECOND, 3000)).isEqualTo(200);
    assertThat(history.growth("other", 10 * SECOND, 3000)).isZero();
    history.growth("shop", 300 * SECOND, 3000);
    // The first two samples are too old by now.
    assertThat(history.growth("shop", 400 * SECOND, 2000)).isEqualTo(-10);
  }

  @Test
  void aSlotIsUnreadSinceItWasFirstSeenWithoutAReader() {
    assertThat(history.unreadSeconds("shop", 0, true)).isZero();
    assertThat(history.unreadSeconds("shop", 10 * SECOND, false)).isZero();
    assertThat(history.unreadSeconds("shop", 25 * SECOND, false)).isEqualTo(15);
    history.keep(Set.of("shop"));
    assertThat(history.unreadSeconds("shop", 26 * SECOND, true)).isZero();
    assertThat(history.unreadSeconds("shop", 30 * SECOND, false)).isZero();
  }

  @Test
  void aSlotThatWasDroppedIsForgotten() {
    history.growth("shop", 0, 1000);
    history.unreadSeconds("shop", 0, false);
    history.keep(Set.of());
    assertThat(history.growth("shop", 10 * SECOND, 3000)).isZero();
    assertThat(history.unreadSeconds("shop", 10 * SECOND, false)).isZero();
  }
}

package dev.freshet.invalidation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.Invalidation;
import dev.freshet.events.Lsn;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FloorWindowTest {

  private final FloorWindow floors = new FloorWindow(Duration.ofSeconds(60));

  private OptionalLong after(long second, long xmin) {
    return floors.floorAfter(
        new Invalidation.Watermark(new Lsn(second), xmin + 5, xmin, second * 1_000_000));
  }

  @Test
  void thereIsNoFloorBeforeTheLongestLoadCouldEnd() {
    assertThat(after(1, 100)).isEmpty();
    assertThat(after(60, 200)).isEmpty();
  }

  @Test
  void theFloorIsOneBelowTheXminOfTheNewestWatermarkOldEnough() {
    after(1, 100);
    after(2, 110);
    after(30, 120);
    assertThat(after(62, 300)).hasValue(109);
    assertThat(after(63, 300)).hasValue(109);
    assertThat(after(90, 300)).hasValue(119);
  }

  @Test
  void aFloodOfWatermarksIsBoundedAndTheFloorOnlyLags() {
    for (int i = 0; i < 10 * FloorWindow.MAX_WATERMARKS; i++) {
      after(1, 100);
    }
    assertThat(after(61, 500)).hasValue(99);
  }
}

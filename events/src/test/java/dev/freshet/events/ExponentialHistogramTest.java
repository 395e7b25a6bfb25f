package dev.freshet.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExponentialHistogramTest {

  private static final long SECOND = 1_000_000_000;
  private static final long LONGEST = 86_400 * SECOND; // a day

  @Test
  void aBoundBelongsToTheBucketBelowIt() {
    assertThat(ExponentialHistogram.indexOf(SECOND)).isEqualTo(-1);
    assertThat(ExponentialHistogram.indexOf(SECOND + 1)).isZero();
    assertThat(ExponentialHistogram.indexOf(2 * SECOND)).isEqualTo(63);
    assertThat(ExponentialHistogram.indexOf(2 * SECOND + 1)).isEqualTo(64);
    assertThat(ExponentialHistogram.indexOf(SECOND / 2)).isEqualTo(-65);
  }

  @Test
  void everyBoundIsOnTheRightSideOfItsPower() {
    MathContext precise = new MathContext(80);
    BigDecimal step = BigDecimal.valueOf(2);
    for (int i = 0; i < ExponentialHistogram.SCALE; i++) {
      step = step.sqrt(precise);
    }
    BigDecimal power = BigDecimal.ONE;
    for (int k = 0; k < 64; k++) {
      double below = HistogramBounds.lower(k);
      assertThat(new BigDecimal(below)).as("2^(%d/64)", k).isLessThanOrEqualTo(power);
      assertThat(new BigDecimal(Math.nextUp(below))).isGreaterThan(power);
      assertThat(HistogramBounds.index(below)).isEqualTo(k - 1);
      assertThat(HistogramBounds.index(Math.nextUp(below))).isEqualTo(k);
      power = power.multiply(step, precise);
    }
  }

  @Test
  void theShortestAndTheLongestDurationHaveTheirPlace() throws Exception {
    ExponentialHistogram histogram = new ExponentialHistogram();
    histogram.add(0);
    histogram.add(1);
    histogram.add(LONGEST);
    histogram.add(Long.MAX_VALUE);
    ExponentialHistogram again = ExponentialHistogram.parse(histogram.toBytes());
    assertThat(again.count()).isEqualTo(4);
    assertThat(again.minNanos()).isZero();
    assertThat(again.maxNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(again.quantileNanos(0)).isZero();
    assertThat(again.quantileNanos(0.34)).isBetween(0.995, 1.005);
  }

  @Test
  void anEmptyOneHasNoQuantilesAndLittleToSay() throws Exception {
    ExponentialHistogram empty = ExponentialHistogram.parse(new ExponentialHistogram().toBytes());
    assertThat(empty.quantileNanos(0.5)).isNaN();
    assertThat(empty.maxNanos()).isZero();
    assertThat(empty.toBytes()).hasSize(6);
  }

  @Test
  void countsPassThirtyTwoBits() throws Exception {
    ExponentialHistogram histogram = new ExponentialHistogram();
    histogram.add(SECOND, Integer.MAX_VALUE);
    histogram.add(SECOND, Integer.MAX_VALUE);
    histogram.add(3 * SECOND, 5);
    ExponentialHistogram again = ExponentialHistogram.parse(histogram.toBytes());
    List<Long> counts = new ArrayList<>();
    again.visit((index, count) -> counts.add(count));
    assertThat(counts).containsExactly(2L * Integer.MAX_VALUE, 5L);
    again.subtract(histogram);
    assertThat(again.count()).isZero();
    assertThat(again.toBytes()).isEqualTo(new ExponentialHistogram().toBytes());
  }

  @Test
  void theLongestIsABoundOnceSomethingWasTakenAway() {
    ExponentialHistogram all = new ExponentialHistogram();
    ExponentialHistogram gone = new ExponentialHistogram();
    gone.add(5 * SECOND);
    all.add(SECOND + 12_345);
    all.merge(gone);
    assertThat(all.maxNanos()).isEqualTo(5 * SECOND);
    all.subtract(gone);
    assertThat(all.maxNanos()).isBetween(SECOND + 12_345, (long) (1.011 * SECOND));
    assertThat(all.minNanos()).isBetween(SECOND, SECOND + 12_345);
  }

  @Test
  void countsUpToAThreshold() {
    ExponentialHistogram histogram = new ExponentialHistogram();
    histogram.add(0);
    histogram.add(SECOND / 4, 10);
    histogram.add(SECOND / 2, 7); // a bound: counts as at most half a second
    histogram.add(SECOND, 3);
    assertThat(histogram.countUpTo(SECOND / 2)).isEqualTo(18);
  }

  @Test
  void bytesThatAreNoHistogramAreRefused() {
    for (String hex : List.of("", "02", "01000000000001", "010000000001008080808080808080808000")) {
      byte[] bytes = java.util.HexFormat.of().parseHex(hex);
      assertThatThrownBy(() -> ExponentialHistogram.parse(bytes))
          .as(hex)
          .isInstanceOf(MalformedEventException.class);
    }
  }
}

package dev.freshet.endtoend.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class QuantilesTest {

  @Test
  void aQuantileIsAValueThatWasMeasured() {
    Quantiles hundred =
        Quantiles.ofNanos(LongStream.rangeClosed(1, 100).map(ms -> ms * 1_000_000).toArray());
    assertThat(hundred.millis(0.5)).isEqualTo(50);
    assertThat(hundred.millis(0.99)).isEqualTo(99);
    assertThat(hundred.millis(1)).isEqualTo(100);
    assertThat(Quantiles.ofNanos(new long[0]).millis(0.5)).isNaN();
  }

  @Test
  void theMedianOfRoundsIsTheMiddleOne() {
    Rounds rounds = new Rounds(List.of("freshet"));
    for (double value : new double[] {9, 1, 2}) {
      rounds.add("freshet", Map.of("p50_ms", value));
    }
    assertThat(rounds.median("freshet", "p50_ms")).isEqualTo(2);
    assertThat(rounds.max("freshet", "p50_ms")).isEqualTo(9);
    assertThat(rounds.sum("freshet", "p50_ms")).isEqualTo(12);
  }
}

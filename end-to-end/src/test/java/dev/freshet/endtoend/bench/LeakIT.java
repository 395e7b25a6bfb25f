package dev.freshet.endtoend.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** The index has no time to live, so the sink sweeps it: nothing is left of what has expired. */
class LeakIT {

  @Test
  void ofThirtyThousandFillsNothingIsLeftOnceTheyHaveExpired() throws Exception {
    JsonNode report = BenchIT.run("bench", "leak", "--rows", "30000", "--seconds", "2", "--json");
    JsonNode fills = report.at("/variants/fills");
    assertThat(fills.path("refused").asLong()).isZero();
    assertThat(fills.path("keys_filled").asLong()).isGreaterThan(1000);
    assertThat(fills.path("keys_after").asLong())
        .isLessThanOrEqualTo(fills.path("keys_before").asLong());
    assertThat(report.path("violations").asLong()).isZero();
  }
}

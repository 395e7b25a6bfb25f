package dev.freshet.endtoend.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** However many keys a tag has, Redis deletes them in short steps. */
class HugeTagIT {

  /**
   * A hundred thousand keys take about 150 calls. On a busy machine a few of them may wait for a
   * processor; calls of ten times the length would all be too long.
   */
  private static final int SLOW_CALLS_OF_THE_MACHINE = 10;

  @Test
  void aTagOfAHundredThousandKeysDiesInShortSteps() throws Exception {
    JsonNode report =
        BenchIT.run(
            "bench", "huge-tag", "--rows", "100000", "--seconds", "1", "--rounds", "1", "--json");
    JsonNode busy = report.at("/variants/invalidating");
    assertThat(busy.path("alive").asLong()).isZero();
    assertThat(busy.path("gets").asLong()).as("others are served meanwhile").isPositive();
    assertThat(busy.path("commands_over_5ms").asLong()).isLessThan(SLOW_CALLS_OF_THE_MACHINE);
  }
}

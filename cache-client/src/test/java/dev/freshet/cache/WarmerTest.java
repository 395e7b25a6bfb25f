package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WarmerTest {

  @Test
  void anErrorFailsItsKeyAndTheOthersGoOn() throws Exception {
    Warming warming =
        new Warmer(1)
            .warm(
                List.of("deep", "k"),
                1,
                key -> {
                  if (key.equals("deep")) {
                    throw new StackOverflowError("too deep");
                  }
                });
    assertThat(warming.end().get(20, TimeUnit.SECONDS)).isEqualTo(new Warming.Progress(2, 1, 1));
  }
}

package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.app.Pipeline;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.Service;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kafka goes away under load and comes back. */
@Timeout(180)
class KafkaOutageIT {

  /** Far below the defaults, so that an outage a test can wait for is longer than all of them. */
  private static final String IMPATIENT =
      """
      kafka:
        bootstrap: ${KAFKA}
        properties:
          request.timeout.ms: "1500"
          delivery.timeout.ms: "3000"
          max.block.ms: "3000"
          default.api.timeout.ms: "3000"
          session.timeout.ms: "3000"
          heartbeat.interval.ms: "1000"
      """;

  @TempDir Path folder;

  @Test
  void everyServiceRecoversByItselfAndNothingIsLost() throws Exception {
    try (EmbeddedStack stack = EmbeddedStack.builder().start();
        Shop shop = new Shop(stack, folder, IMPATIENT + "invalidate:\n" + Load.RULE);
        Load load = new Load(shop)) {
      Pipeline pipeline = shop.start();
      load.start();
      load.awaitCached();
      stack.kafka().stop();
      load.awaitCommits(900);
      stack.kafka().start();
      load.awaitCommits(100);
      load.stopAndAwaitFresh();
      shop.awaitCaughtUp();
      assertThat(load.cached()).isPositive();
      assertThat(pipeline.failures()).isEmpty();
      for (Service service : pipeline.services()) {
        Wait.until(
            service.name() + " runs", () -> service.health().state() == Health.State.RUNNING);
      }
    }
  }
}

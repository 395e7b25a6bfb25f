package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.app.Pipeline;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.runtime.Health;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Postgres is killed under load and started again. */
@Timeout(180)
class PostgresRestartIT {

  @TempDir Path folder;

  @Test
  void captureGoesOnByItselfAndNothingIsLost() throws Exception {
    try (EmbeddedStack stack = EmbeddedStack.builder().start();
        Shop shop = new Shop(stack, folder, Shop.KAFKA + "invalidate:\n" + Load.RULE);
        Load load = new Load(shop)) {
      Pipeline pipeline = shop.start();
      load.start();
      load.awaitCached();
      stack.postgresServer().kill();
      Wait.until(
          "capture is degraded", () -> Shop.health(pipeline, "ingest") == Health.State.DEGRADED);
      stack.postgresServer().start();
      load.awaitCommits(200);
      load.stopAndAwaitFresh();
      assertThat(load.cached()).isPositive();
      assertThat(pipeline.failures()).isEmpty();
      Wait.until("capture runs", () -> Shop.health(pipeline, "ingest") == Health.State.RUNNING);
    }
  }
}

package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.app.Pipeline;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.runtime.Health;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Redis goes away under load and comes back. */
@Timeout(180)
class RedisOutageIT {

  private static final String SINK = "invalidation-stream-redis";

  @TempDir static Path folder;

  private static EmbeddedStack stack;
  private static Shop shop;
  private static Pipeline pipeline;
  private static Load load;

  @BeforeAll
  static void start() throws Exception {
    // Durable, so that copies and the sink's position outlive the outage: else nothing could be
    // stale.
    stack = EmbeddedStack.builder().dataFolder(folder.resolve("data")).start();
    shop = new Shop(stack, folder, Shop.KAFKA + "invalidate:\n" + Load.RULE);
    load = new Load(shop);
    pipeline = shop.start();
    load.start();
    load.awaitCached();
  }

  @AfterAll
  static void stop() throws Exception {
    load.close();
    shop.close();
    stack.close();
  }

  @Test
  void nothingIsLostWhenRedisIsStoppedAndThenKilledUnderLoad() throws Exception {
    outage(stack.redisServer()::stop);
    outage(stack.redisServer()::kill);
    load.stopAndAwaitFresh();
    shop.awaitCaughtUp();
    assertThat(load.cached()).isPositive();
  }

  private static void outage(Runnable end) throws Exception {
    end.run();
    Wait.until("the sink is degraded", () -> Shop.health(pipeline, SINK) == Health.State.DEGRADED);
    load.awaitCommits(300);
    assertThat(pipeline.failures()).isEmpty();
    stack.redisServer().start();
    Wait.until("the sink runs again", () -> Shop.health(pipeline, SINK) == Health.State.RUNNING);
    shop.awaitCaughtUp();
    load.awaitCommits(100);
  }
}

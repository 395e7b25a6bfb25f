package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.app.Pipeline;
import dev.freshet.embedded.EmbeddedRedisPair;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.embedded.ServerSpec;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replica that has not got the latest deletes takes over, and brings back what they deleted. */
@Timeout(180)
class RedisFailoverIT {

  private static final String RULES =
      """
      ingest: { heartbeat-interval: 100ms }
      invalidate:
        public.organizations: [ "org:{id}" ]
      """
          + Load.RULE;

  @TempDir Path folder;

  private EmbeddedStack stack;
  private EmbeddedRedisPair redis;
  private Shop shop;
  private Load load;

  @BeforeEach
  void start() throws Exception {
    stack = EmbeddedStack.builder().start();
    redis =
        new EmbeddedRedisPair(
            ServerSpec.in(stack.dataFolder(), "redis-1"),
            ServerSpec.in(stack.dataFolder(), "redis-2"),
            ServerSpec.in(stack.dataFolder(), "sentinel"));
    redis.start();
    shop = new Shop(stack, redis.sentinelUri(), folder, Shop.KAFKA + RULES);
    shop.sql(
        "CREATE TABLE organizations (id int PRIMARY KEY, name text)",
        "INSERT INTO organizations VALUES (1, 'old')");
    load = new Load(shop);
  }

  @AfterEach
  void stop() {
    load.close();
    shop.close();
    redis.close();
    stack.close();
  }

  @Test
  void whatTheNewPrimaryBringsBackIsDeletedAgain() throws Exception {
    Pipeline pipeline = shop.start();
    shop.fill("page", "org:1");
    redis.awaitInSync();
    redis.cutLink();
    shop.sql("UPDATE organizations SET name = 'new'");
    shop.awaitGone("page");
    assertThat(holds(redis.replica().uri(), "page")).isTrue();

    redis.failOver();

    shop.awaitGone("page");
    shop.fill("page", "org:1");
    shop.sql("UPDATE organizations SET name = 'newer'");
    shop.awaitGone("page");
    assertThat(pipeline.failures()).isEmpty();
  }

  @Test
  void nothingIsStaleAfterFailoversUnderLoad() throws Exception {
    Pipeline pipeline = shop.start();
    load.start();
    load.awaitCached();
    failOver();
    redis.rejoin();
    failOver();
    load.stopAndAwaitFresh();
    assertThat(load.cached()).isPositive();
    assertThat(pipeline.failures()).isEmpty();
  }

  private void failOver() throws Exception {
    redis.cutLink();
    load.awaitCommits(200);
    redis.failOver();
    load.awaitCommits(200);
    shop.awaitCaughtUp();
  }

  /** Asked of one server, not of the primary. */
  private boolean holds(String uri, String key) {
    RedisClient client = RedisClient.create(uri);
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      return connection.sync().exists(shop.cache().entryKey(key)) == 1;
    } finally {
      client.shutdown();
    }
  }
}

package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedStack;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two processes of one role. */
@Timeout(180)
class SharedWorkIT {

  private static final String SETTINGS =
      """
      ingest: { partitions: 4 }
      invalidation: { partitions: 4 }
      invalidate:
      """;

  private static final List<String> GROUPS = List.of("shop-redis-sink", "shop-invalidation-stream");

  @TempDir Path folder;

  @Test
  void twoProcessesShareTheWorkAndOneGoesOnWhenTheOtherIsKilled() throws Exception {
    try (EmbeddedStack stack = EmbeddedStack.builder().start();
        Shop shop = new Shop(stack, folder, Shop.KAFKA + SETTINGS + Load.RULE);
        Load load = new Load(shop)) {
      shop.start("ingest");
      try (FreshetProcess one = invalidationStream(shop);
          FreshetProcess other = invalidationStream(shop);
          Admin admin = Admin.create(Map.of("bootstrap.servers", stack.kafkaBootstrap()))) {
        one.awaitLine("ready");
        other.awaitLine("ready");
        for (String group : GROUPS) {
          Wait.until(group + " is shared by two", () -> working(admin, group) == 2);
        }
        load.start();
        load.awaitCached();
        load.awaitCommits(100);
        other.kill();
        load.awaitCommits(100);
        for (String group : GROUPS) {
          Wait.until(group + " has one member", () -> working(admin, group) == 1);
        }
        load.stopAndAwaitFresh();
        assertThat(load.cached()).isPositive();
        shop.awaitCaughtUp();
      }
    }
  }

  private static FreshetProcess invalidationStream(Shop shop) throws Exception {
    return FreshetProcess.start(
        shop.variables(), "run", "invalidation-stream", "-c", shop.file().toString());
  }

  /** Members that have partitions to work on. */
  private static long working(Admin admin, String group) throws Exception {
    return admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
        .flatMap(described -> described.members().stream())
        .map(MemberDescription::assignment)
        .filter(assignment -> !assignment.topicPartitions().isEmpty())
        .count();
  }
}

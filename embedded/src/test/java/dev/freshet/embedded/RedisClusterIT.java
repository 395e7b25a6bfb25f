package dev.freshet.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three Redis nodes that truly are a cluster. */
@Timeout(120)
class RedisClusterIT {

  @TempDir private Path folder;

  private EmbeddedRedisCluster cluster;

  @BeforeEach
  void start() {
    cluster = EmbeddedRedisCluster.of(EmbeddedRedisCluster.specs(folder, 3));
    cluster.start();
  }

  @AfterEach
  void stop() {
    cluster.close();
    assertThat(Orphans.in(folder)).isEmpty();
  }

  @Test
  void eachNodeServesItsShareAndSendsElsewhereForTheRest() throws Exception {
    for (String key : List.of("{0}", "{1}", "{2}", "{3}", "user")) {
      EmbeddedRedis owner = ownerOf(key);
      assertThat(command(owner, "SET", key, "1")).isEqualTo("OK");
      for (EmbeddedRedis node : cluster.nodes()) {
        if (node.port() != owner.port()) {
          assertThatThrownBy(() -> command(node, "GET", key))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("MOVED")
              .hasMessageContaining("127.0.0.1:" + owner.port());
        }
      }
    }
    assertThat(cluster.uris()).hasSize(3);
    assertThat(List.of("{0}", "{1}", "{2}", "{3}", "user").stream().map(this::ownerOf).distinct())
        .hasSize(3);
  }

  @Test
  void itIsTheSameClusterAfterAStop() throws Exception {
    command(ownerOf("user"), "SET", "user", "1");
    cluster.stop();
    cluster.start();
    assertThat(command(ownerOf("user"), "GET", "user")).isEqualTo("1");
  }

  @Test
  void aNodeThatIsKilledIsMissedUntilItIsBack() throws Exception {
    EmbeddedRedis killed = ownerOf("user");
    command(killed, "SET", "user", "1");
    killed.kill();
    EmbeddedRedis other =
        cluster.nodes().stream().filter(node -> node.port() != killed.port()).findFirst().get();
    Await.until("it is missed", () -> other.clusterInfo("cluster_state").equals("fail"));
    assertThatThrownBy(() -> command(other, "SET", "x", "1")).hasMessageContaining("CLUSTERDOWN");
    killed.start();
    cluster.awaitWhole();
    assertThat(command(other, "SET", keyOf(other), "1")).isEqualTo("OK");
  }

  private EmbeddedRedis ownerOf(String key) {
    try {
      return cluster.nodeOf(
          Integer.parseInt(command(cluster.nodes().get(0), "CLUSTER", "KEYSLOT", key)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String keyOf(EmbeddedRedis node) {
    for (int i = 0; ; i++) {
      if (ownerOf("key-" + i).port() == node.port()) {
        return "key-" + i;
      }
    }
  }

  private static String command(EmbeddedRedis server, String... words) throws IOException {
    try (RedisWire wire = server.open()) {
      return wire.command(words);
    }
  }
}

package dev.freshet.endtoend.consistency;

import dev.freshet.embedded.EmbeddedRedis;
import dev.freshet.embedded.EmbeddedRedisCluster;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A Redis Cluster; what happens, happens to one of its nodes. */
final class ClusterRedis implements LaneRedis {

  private static final int NODES = 3;

  private final Path folder;
  private final RedisClient client;
  private final SplittableRandom random;
  private final EmbeddedRedisCluster cluster;

  /**
   * @param folder for its data; nobody else's
   * @param resources of its connections; not closed here
   * @param random decides which node a fault meets
   */
  ClusterRedis(Path folder, ClientResources resources, SplittableRandom random) {
    this.folder = folder;
    this.client = RedisClient.create(resources);
    this.random = random;
    this.cluster = EmbeddedRedisCluster.of(EmbeddedRedisCluster.specs(folder, NODES));
    cluster.start();
  }

  @Override
  public String uri() {
    return "redis-cluster://"
        + cluster.nodes().stream()
            .map(node -> "127.0.0.1:" + node.port())
            .collect(Collectors.joining(","));
  }

  @Override
  public AbstractRedisClient client(ClientResources resources, Duration timeout) {
    List<RedisURI> nodes =
        cluster.uris().stream()
            .map(RedisURI::create)
            .peek(address -> address.setTimeout(timeout))
            .toList();
    RedisClusterClient made = RedisClusterClient.create(resources, nodes);
    // Nodes are connected to by the first command for them, so commands have to wait for that.
    made.setOptions(
        ClusterClientOptions.builder().timeoutOptions(TimeoutOptions.enabled(timeout)).build());
    return made;
  }

  @Override
  public boolean can(Fault fault) {
    return fault != Fault.RESTART_OLDER && fault != Fault.FAILOVER && fault != Fault.EVICTION;
  }

  private EmbeddedRedis anyNode() {
    return cluster.nodes().get(random.nextInt(NODES));
  }

  private void with(EmbeddedRedis node, Consumer<RedisCommands<String, String>> work) {
    try (StatefulRedisConnection<String, String> connection =
        client.connect(RedisURI.create(node.uri()))) {
      work.accept(connection.sync());
    }
  }

  @Override
  public void letEvict() {
    throw new UnsupportedOperationException("no cluster of the check evicts");
  }

  @Override
  public long evicted() {
    return 0;
  }

  @Override
  public void forgetScripts() {
    cluster.nodes().forEach(node -> with(node, RedisCommands::scriptFlush));
  }

  @Override
  public void disconnect() {
    with(anyNode(), commands -> commands.clientKill(KillArgs.Builder.typeNormal().skipme(true)));
  }

  @Override
  public void flush() {
    with(anyNode(), RedisCommands::flushall);
  }

  @Override
  public void restart() {
    EmbeddedRedis node = anyNode();
    node.stop();
    node.start();
    cluster.awaitWhole();
  }

  @Override
  public void restartEmpty() {
    int i = random.nextInt(NODES);
    EmbeddedRedis node = cluster.nodes().get(i);
    node.kill();
    try {
      Path data = folder.resolve("node-" + (i + 1));
      Files.deleteIfExists(data.resolve("appendonly.aof"));
      Files.deleteIfExists(data.resolve("dump.rdb"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    node.start();
    cluster.awaitWhole();
  }

  @Override
  public void restartOlder(Duration lost, Runnable losing) {
    throw new UnsupportedOperationException("no cluster of the check goes back in time");
  }

  @Override
  public void failOver(Duration lost, Runnable losing) {
    throw new UnsupportedOperationException("no cluster of the check has replicas");
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    cluster.nodes().forEach(EmbeddedRedis::kill);
  }
}

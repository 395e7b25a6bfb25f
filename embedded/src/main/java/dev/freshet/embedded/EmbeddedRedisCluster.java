package dev.freshet.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A real Redis Cluster of masters without replicas, each a child of this JVM that dies with it. The
 * 16384 slots are shared out evenly, in order: the first node has those from 0.
 *
 * <p>With a node missing for longer than {@code cluster-node-timeout}, 2 s unless set otherwise,
 * all nodes refuse all keys, unless {@code cluster-require-full-coverage} is set to {@code no}.
 *
 * <p>Safe for use by several threads; starting and stopping exclude each other.
 */
public final class EmbeddedRedisCluster implements AutoCloseable {
  private static final int SLOTS = 16_384;

  /** Redis listens to other nodes on the client's port and this many more. */
  private static final int BUS_OFFSET = 10_000;

  private final List<EmbeddedRedis> nodes;

  private EmbeddedRedisCluster(List<EmbeddedRedis> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  /**
   * A cluster that is not started yet, of as many nodes as are given.
   *
   * @param specs their ports as {@link #specs} chooses them
   */
  public static EmbeddedRedisCluster of(List<ServerSpec> specs) {
    if (specs.size() < 3 || specs.size() > 100) {
      throw new IllegalArgumentException(
          "a cluster has 3 to 100 nodes, as fewer cannot agree on anything; found " + specs.size());
    }
    return new EmbeddedRedisCluster(
        specs.stream().map(spec -> new EmbeddedRedis(clustered(spec))).toList());
  }

  /** Specs for so many nodes, named {@code node-1} and so on, on ports that suit a cluster. */
  public static List<ServerSpec> specs(Path folder, int nodes) {
    List<Integer> ports = new Ports().freeWithOffset(nodes, BUS_OFFSET);
    List<ServerSpec> specs = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      specs.add(ServerSpec.in(folder, "node-" + (i + 1)).withPort(ports.get(i)));
    }
    return specs;
  }

  private static ServerSpec clustered(ServerSpec spec) {
    ServerSpec clustered = spec.withSetting("cluster-enabled", "yes");
    return spec.settings().containsKey("cluster-node-timeout")
        ? clustered
        : clustered.withSetting("cluster-node-timeout", "2000");
  }

  /** Starts all nodes; the first time it makes them a cluster. Returns when that is whole. */
  public synchronized void start() {
    nodes.forEach(EmbeddedRedis::start);
    try {
      if (nodes.get(0).clusterInfo("cluster_slots_assigned").equals("0")) {
        form();
      }
    } catch (IOException e) {
      throw new StackException(
          "the nodes could not be made a cluster",
          e.toString(),
          "the nodes' logs are in the folder log beside their data",
          e);
    }
    awaitWhole();
  }

  private void form() throws IOException {
    for (int i = 0; i < nodes.size(); i++) {
      try (RedisWire wire = nodes.get(i).open()) {
        // Two nodes that both believe they are of epoch 0 would have to find out who is right.
        wire.command("CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
        wire.command(addSlots(SLOTS * i / nodes.size(), SLOTS * (i + 1) / nodes.size()));
      }
    }
    try (RedisWire first = nodes.get(0).open()) {
      for (EmbeddedRedis other : nodes.subList(1, nodes.size())) {
        first.command("CLUSTER", "MEET", "127.0.0.1", String.valueOf(other.port()));
      }
    }
  }

  /** Ranges are known to Redis 7 and later only. */
  private static String[] addSlots(int from, int to) {
    List<String> words = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
    for (int slot = from; slot < to; slot++) {
      words.add(String.valueOf(slot));
    }
    return words.toArray(String[]::new);
  }

  /** Waits until every node sees every node and serves its keys, as after a node was started. */
  public void awaitWhole() {
    for (EmbeddedRedis node : nodes) {
      Await.until(
          "the node at port " + node.port() + " finds the cluster whole",
          () ->
              node.clusterInfo("cluster_state").equals("ok")
                  && node.clusterInfo("cluster_slots_ok").equals(String.valueOf(SLOTS))
                  && node.clusterInfo("cluster_size").equals(String.valueOf(nodes.size())));
    }
  }

  /** The nodes, to be stopped, killed and started in tests of failure. */
  public List<EmbeddedRedis> nodes() {
    return nodes;
  }

  /** The node that serves this slot, from 0 to 16383. */
  public EmbeddedRedis nodeOf(int slot) {
    for (int i = 0; i < nodes.size(); i++) {
      if (slot >= SLOTS * i / nodes.size() && slot < SLOTS * (i + 1) / nodes.size()) {
        return nodes.get(i);
      }
    }
    throw new IllegalArgumentException("a slot is 0 to " + (SLOTS - 1) + ", found " + slot);
  }

  /** The addresses of all nodes; a client needs any one that answers. */
  public List<String> uris() {
    return nodes.stream().map(EmbeddedRedis::uri).toList();
  }

  /** Stops all nodes with their data saved. */
  public synchronized void stop() {
    nodes.forEach(EmbeddedRedis::stop);
  }

  /** The same as {@link #stop()}. */
  @Override
  public void close() {
    stop();
  }
}

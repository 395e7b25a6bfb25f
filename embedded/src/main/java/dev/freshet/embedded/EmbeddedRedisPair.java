package dev.freshet.embedded;

import java.util.List;

/**
 * A Redis primary and its replica, and the failovers between them. As everywhere with Redis, what
 * the replica has not received when it takes over is lost, acknowledged or not; {@link #cutLink}
 * decides how much that is.
 *
 * <p>There is no Sentinel: a client is told where to go by {@link #uri()}. Safe for use by several
 * threads; what changes the pair excludes each other.
 */
public final class EmbeddedRedisPair implements AutoCloseable {
  private EmbeddedRedis primary;
  private EmbeddedRedis replica;

  /**
   * A pair that is not started yet.
   *
   * @param first is the primary until the first failover
   */
  public EmbeddedRedisPair(ServerSpec first, ServerSpec second) {
    this.primary = new EmbeddedRedis(first);
    this.replica = new EmbeddedRedis(second);
  }

  /** Starts both; returns when the replica has what the primary has. */
  public synchronized void start() {
    primary.start();
    replica.follow(primary);
    replica.start();
    awaitInSync();
  }

  /** The address of the server that is the primary now. */
  public String uri() {
    return primary().uri();
  }

  /** The server that is the primary now, to be stopped, killed and started in tests of failure. */
  public synchronized EmbeddedRedis primary() {
    return primary;
  }

  /** The other one: following, cut off, or dead since the last failover. */
  public synchronized EmbeddedRedis replica() {
    return replica;
  }

  /** From now on the replica gets nothing of what the primary acknowledges. */
  public synchronized void cutLink() {
    replica.hearNothing();
  }

  /** Mends the link, unless a failover has made the cut for ever; returns when both are equal. */
  public synchronized void mendLink() {
    replica.follow(primary);
    awaitInSync();
  }

  /** Waits until the replica has everything the primary has acknowledged before this call. */
  public synchronized void awaitInSync() {
    Await.until(
        "the replica has what the primary has",
        () -> {
          long written = Long.parseLong(primary.info("replication", "master_repl_offset"));
          return replica.info("replication", "master_link_status").equals("up")
              && Long.parseLong(replica.info("replication", "slave_repl_offset")) >= written;
        });
  }

  /**
   * Kills the primary and makes the replica the primary, with what it has got; returns when it
   * accepts writes. The old one stays dead until {@link #rejoin}.
   */
  public synchronized void failOver() {
    primary.kill();
    replica.followNobody();
    EmbeddedRedis dead = primary;
    primary = replica;
    replica = dead;
  }

  /** Starts the server that failed over as a replica: it drops what it alone had. */
  public synchronized void rejoin() {
    replica.follow(primary);
    replica.start();
    awaitInSync();
  }

  /** Stops both with their data saved. */
  public synchronized void stop() {
    List.of(replica, primary).forEach(EmbeddedRedis::stop);
  }

  /** The same as {@link #stop()}. */
  @Override
  public void close() {
    stop();
  }
}

package dev.freshet.embedded;

import java.util.List;
import java.util.Optional;

/**
 * A Redis primary and its replica, and the failovers between them. As everywhere with Redis, what
 * the replica has not received when it takes over is lost, acknowledged or not; {@link #cutLink}
 * decides how much that is.
 *
 * <p>A client that may be told anew after a failover goes to {@link #uri()}; one that may not asks
 * the Sentinel, if there is one. That Sentinel is real, but decides nothing: a failover happens
 * when {@link #failOver} is called.
 *
 * <p>Safe for use by several threads; what changes the pair excludes each other.
 */
public final class EmbeddedRedisPair implements AutoCloseable {
  private final Optional<RedisSentinel> sentinel;
  private EmbeddedRedis primary;
  private EmbeddedRedis replica;

  /**
   * A pair that is not started yet.
   *
   * @param first is the primary until the first failover
   */
  public EmbeddedRedisPair(ServerSpec first, ServerSpec second) {
    this(first, second, Optional.empty());
  }

  /** The same with a Sentinel. */
  public EmbeddedRedisPair(ServerSpec first, ServerSpec second, ServerSpec sentinel) {
    this(first, second, Optional.of(new RedisSentinel(sentinel)));
  }

  private EmbeddedRedisPair(ServerSpec first, ServerSpec second, Optional<RedisSentinel> sentinel) {
    this.sentinel = sentinel;
    this.primary = new EmbeddedRedis(first);
    this.replica = new EmbeddedRedis(second);
  }

  /** Starts both; returns when the replica has what the primary has. */
  public synchronized void start() {
    primary.start();
    replica.follow(primary);
    replica.start();
    awaitInSync();
    sentinel.ifPresent(told -> told.start(primary));
  }

  /** The address of the server that is the primary now. */
  public String uri() {
    return primary().uri();
  }

  /** The address at which clients find the primary, whichever it is: the same for ever. */
  public synchronized String sentinelUri() {
    RedisSentinel asked =
        sentinel.orElseThrow(() -> new IllegalStateException("this pair has no Sentinel"));
    String password = primary.password();
    return "redis-sentinel://"
        + (password.isEmpty() ? "" : ":" + password + "@")
        + "127.0.0.1:"
        + asked.port()
        + "#"
        + RedisSentinel.NAME;
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
    // A Sentinel that knows of a replica mends its link after a while.
    sentinel.ifPresent(told -> told.name(primary));
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
    sentinel.ifPresent(told -> told.name(primary));
  }

  /** Starts the server that failed over as a replica: it drops what it alone had. */
  public synchronized void rejoin() {
    replica.follow(primary);
    replica.start();
    awaitInSync();
  }

  /** Stops all with their data saved. */
  public synchronized void stop() {
    sentinel.ifPresent(RedisSentinel::stop);
    List.of(replica, primary).forEach(EmbeddedRedis::stop);
  }

  /** The same as {@link #stop()}. */
  @Override
  public void close() {
    stop();
  }
}

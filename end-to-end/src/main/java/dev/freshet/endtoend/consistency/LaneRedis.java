package dev.freshet.endtoend.consistency;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;

/**
 * The Redis of one run, and what can happen to it; always at the same address. Used by one thread,
 * but for the address and the clients.
 */
interface LaneRedis extends AutoCloseable {

  /** The address, as the sink takes it. */
  String uri();

  /** A new client of it, which the caller shuts down. */
  AbstractRedisClient client(ClientResources resources, Duration timeout);

  /** Whether this can happen to it. */
  boolean can(Fault fault);

  /** Leaves memory for little more than what is there. */
  void letEvict();

  /** How many entries had to go. */
  long evicted();

  /** It forgets all scripts. */
  void forgetScripts();

  /** It drops its connections. */
  void disconnect();

  /** It loses everything, and goes on. */
  void flush();

  /** It is stopped and started with its data. */
  void restart();

  /** It is killed and comes back with nothing. */
  void restartEmpty();

  /**
   * It is killed, and comes back with what it had a while ago.
   *
   * @param losing called just before
   */
  void restartOlder(Duration lost, Runnable losing);

  /**
   * A replica takes over that did not get what was written in the last while.
   *
   * @param losing called just before
   */
  void failOver(Duration lost, Runnable losing);

  @Override
  void close();
}

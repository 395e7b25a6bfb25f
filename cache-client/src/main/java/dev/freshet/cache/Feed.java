package dev.freshet.cache;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Follows the feeds of all buckets.
 *
 * <p>Thread-safe. One thread of its own; never blocks those of the Redis client.
 */
interface Feed extends AutoCloseable {

  /**
   * A heartbeat as it was received.
   *
   * @param receivedNanos in the time of the feed's ticker
   * @param xmin of its snapshot
   * @param committedMicros when it was committed, µs since 1970
   */
  record Heartbeat(long receivedNanos, long xmin, long committedMicros) {}

  /** Waits until the head of every bucket was read or a message heard; false when time is up. */
  boolean awaitOpen(Duration atMost) throws InterruptedException;

  /** The names of keys, with as many buckets as the head says; 1 until it was read. */
  Layout layout();

  /** The incarnation heard of last, in a message or the head; empty while there is none. */
  Optional<String> incarnation(int bucket);

  /** Whether no message was missed and the newest is not too long ago. */
  boolean trusted(int bucket);

  /** The newest heartbeat known, in a message or the head. */
  Optional<Heartbeat> heartbeat(int bucket);

  /**
   * The xmin of the newest heartbeat of this incarnation received at least this long ago: every
   * transaction below it was finished that long ago. Empty when none is remembered.
   */
  OptionalLong xminReceivedBefore(int bucket, Duration ago);

  /** Reads the head of a bucket again soon: someone has noticed that it is another one now. */
  void refresh(int bucket);

  FeedStats stats();

  @Override
  void close();
}

package dev.freshet.runtime;

/**
 * A part of a role that runs until it is closed or fails.
 *
 * <p>Started once, closed once; both may block for as long as the services behind it need.
 * Thread-safe after {@link #start}.
 */
public interface Service extends AutoCloseable {

  /** What people call it, for example {@code ingest}. */
  String name();

  /**
   * Returns when it does its work, or fails.
   *
   * @throws FreshetException when it cannot start
   */
  void start();

  /** How it is; cheap enough to ask every second. */
  Health health();

  /** How often its consumers were given other partitions since it started; a start is none. */
  default long rebalances() {
    return 0;
  }

  /** Finishes what is under way and frees everything; does nothing the second time. */
  @Override
  void close();
}

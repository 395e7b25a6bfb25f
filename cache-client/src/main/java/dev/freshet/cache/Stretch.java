package dev.freshet.cache;

/**
 * An unbroken stretch of a bucket's feed: from its beginning on, every message was heard and
 * handled in its order.
 *
 * <p>What a local cache got during a stretch is fresh as long as the stretch lasts. It ends for
 * good with a gap, another incarnation, a silence or a lost connection; another one begins later.
 * Thread-safe: written by the feed's thread, read by all.
 */
final class Stretch {

  /** One that never began. */
  static final Stretch NONE = new Stretch(Long.MIN_VALUE / 2, 0);

  private final long silenceNanos;
  private volatile long heardNanos;
  private volatile boolean over;

  /**
   * @param heardNanos when the message was received that began it
   * @param silenceNanos without a message for longer, it counts as over
   */
  Stretch(long heardNanos, long silenceNanos) {
    this.heardNanos = heardNanos;
    this.silenceNanos = silenceNanos;
    this.over = silenceNanos <= 0;
  }

  /** Whether nothing was missed, and the newest message is not too long ago. */
  boolean lasts(long nowNanos) {
    return !over && nowNanos - heardNanos <= silenceNanos;
  }

  /** Whether it has not been ended; it may still be silent. */
  boolean begun() {
    return !over;
  }

  /** Since the newest message that was handled; after the end, since the last one of it. */
  long ageNanos(long nowNanos) {
    return nowNanos - heardNanos;
  }

  void heard(long atNanos) {
    heardNanos = atNanos;
  }

  void end() {
    over = true;
  }
}

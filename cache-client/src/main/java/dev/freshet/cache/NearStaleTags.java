package dev.freshet.cache;

import java.util.List;

/**
 * When tags became stale, as the version of the message that said so. Remembers too much rather
 * than too little: tags that share one of its {@value #SLOTS} places share the newer version, so
 * that its size is fixed and nothing is ever forgotten. Guarded by the lock of its bucket.
 */
final class NearStaleTags {

  /**
   * 64 KiB a bucket. With 100 tags told between ticket and put, 1 % of other tags look stale too.
   */
  static final int SLOTS = 8192;

  private final long[] versions = new long[SLOTS];
  private long version;

  /** How many messages there were. */
  long version() {
    return version;
  }

  /** Takes the next message. */
  void add(List<String> tags) {
    version++;
    for (String tag : tags) {
      versions[slot(tag)] = version;
    }
  }

  /** Whether one of these tags may have become stale after this version. */
  boolean anySince(long then, List<String> tags) {
    for (String tag : tags) {
      if (versions[slot(tag)] > then) {
        return true;
      }
    }
    return false;
  }

  private static int slot(String tag) {
    int hash =
        tag.hashCode() * 0x9E3779B9; // spreads tags that differ in their last characters only
    return (hash ^ (hash >>> 16)) & (SLOTS - 1);
  }
}

package dev.freshet.cache;

import java.util.List;

/** A value in the local cache, with what it depends on. Equal only to itself. Thread-safe. */
final class NearEntry<V> {

  private static final long FRESH = Long.MIN_VALUE;

  private final String key;
  private final V value;
  private final List<String> tags;
  private final int bucket;
  private final Stretch stretch;
  private final int weight;
  private final long expiresNanos;
  private final long staleForNanos;
  private volatile long staleSinceNanos = FRESH;

  /** Whether it is not to be served however short it has been stale; set before that is. */
  private volatile boolean gone;

  NearEntry(
      NearTicket ticket,
      String key,
      V value,
      List<String> tags,
      int weight,
      long expiresNanos,
      long staleForNanos) {
    if (weight < 0) {
      throw new IllegalArgumentException("the weight of " + key + " is " + weight);
    }
    this.bucket = ticket.bucket();
    this.stretch = ticket.stretch();
    this.key = key;
    this.value = value;
    this.tags = List.copyOf(tags);
    this.weight = weight;
    this.expiresNanos = expiresNanos;
    this.staleForNanos = staleForNanos;
  }

  String key() {
    return key;
  }

  V value() {
    return value;
  }

  List<String> tags() {
    return tags;
  }

  int bucket() {
    return bucket;
  }

  int weight() {
    return weight;
  }

  boolean expired(long nowNanos) {
    return nowNanos - expiresNanos >= 0;
  }

  /** Whether one of its tags became stale: it is served only while someone loads it again. */
  boolean stale() {
    return staleSinceNanos != FRESH;
  }

  /** Whether it may be served for a while although it is stale. */
  boolean outlivesStaleness() {
    return staleForNanos > 0 && !gone;
  }

  /**
   * Called under the lock of its bucket; false when that was known already.
   *
   * @param dies whether it does not outlive this
   */
  boolean markStale(long nowNanos, boolean dies) {
    boolean first = staleSinceNanos == FRESH;
    boolean last = dies && !gone;
    if (last) {
      gone = true;
    }
    if (first) {
      staleSinceNanos = nowNanos;
    }
    return first || last;
  }

  boolean servable(long nowNanos) {
    if (!stretch.lasts(nowNanos) || expired(nowNanos)) {
      return false;
    }
    long since = staleSinceNanos;
    return since == FRESH || (!gone && nowNanos - since < staleForNanos);
  }

  /** The same when its bucket is not trusted, if it has been stale for this long at most. */
  boolean servableUntrusted(long nowNanos, long staleAtMostNanos) {
    return !expired(nowNanos) && staleNanos(nowNanos) <= staleAtMostNanos;
  }

  /** For how long it may have been stale: since its feed was heard of last, or a tag told. */
  long staleNanos(long nowNanos) {
    long since = staleSinceNanos;
    long told = since == FRESH ? 0 : nowNanos - since;
    return Math.max(told, stretch.ageNanos(nowNanos));
  }
}

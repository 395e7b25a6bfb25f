package dev.freshet.cache;

import java.util.List;

/** A value in the local cache, with what it depends on. Thread-safe. */
final class NearEntry<V> {

  private static final long FRESH = Long.MIN_VALUE;

  final String key;
  final V value;
  final List<String> tags;
  final int bucket;
  final Stretch stretch;
  final int weight;
  final long expiresNanos;
  final long staleForNanos;
  private volatile long staleSinceNanos = FRESH;

  NearEntry(
      NearTicket ticket,
      String key,
      V value,
      List<String> tags,
      int weight,
      long expiresNanos,
      long staleForNanos) {
    this.key = key;
    this.value = value;
    this.tags = tags;
    this.bucket = ticket.bucket();
    this.stretch = ticket.stretch();
    this.weight = weight;
    this.expiresNanos = expiresNanos;
    this.staleForNanos = staleForNanos;
  }

  V value() {
    return value;
  }

  /** Whether one of its tags was invalidated: to be served only while a refresh runs. */
  boolean stale() {
    return staleSinceNanos != FRESH;
  }

  void markStale(long nowNanos) {
    if (staleSinceNanos == FRESH) {
      staleSinceNanos = nowNanos;
    }
  }

  boolean mayBeServed(long nowNanos) {
    if (nowNanos - expiresNanos >= 0 || !stretch.lasts(nowNanos)) {
      return false;
    }
    long since = staleSinceNanos;
    return since == FRESH || nowNanos - since <= staleForNanos;
  }

  /** For how long at most it has been stale, as far as the feed tells; nanoseconds. */
  long ageNanos(long nowNanos) {
    long since = staleSinceNanos;
    return since == FRESH ? stretch.ageNanos(nowNanos) : nowNanos - since;
  }
}

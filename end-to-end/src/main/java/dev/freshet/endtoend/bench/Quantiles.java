package dev.freshet.endtoend.bench;

import java.util.Arrays;

/** Exact quantiles of durations: all of them are kept, and sorted once. Immutable. */
final class Quantiles {

  private final long[] sortedNanos;

  private Quantiles(long[] sortedNanos) {
    this.sortedNanos = sortedNanos;
  }

  /** Takes a copy. */
  static Quantiles ofNanos(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Quantiles(sorted);
  }

  int count() {
    return sortedNanos.length;
  }

  /** The smallest value that at least this share of all values does not exceed (nearest rank). */
  double millis(double share) {
    if (sortedNanos.length == 0) {
      return Double.NaN;
    }
    int rank = (int) Math.ceil(share * sortedNanos.length);
    return sortedNanos[Math.max(0, rank - 1)] / 1e6;
  }
}

package dev.freshet.app.demo;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Exact percentiles of durations, by sorting them; beyond {@value #MAX_SAMPLES} a uniform sample of
 * all. Thread-safe.
 */
final class Percentiles {

  static final int MAX_SAMPLES = 500_000;

  private final RandomGenerator random;
  private long[] nanos = new long[1024];
  private int size;
  private long count;
  private long max;

  Percentiles(RandomGenerator random) {
    this.random = random;
  }

  synchronized void record(long durationNanos) {
    count++;
    max = Math.max(max, durationNanos);
    if (size < MAX_SAMPLES) {
      if (size == nanos.length) {
        nanos = Arrays.copyOf(nanos, Math.min(MAX_SAMPLES, size * 2));
      }
      nanos[size++] = durationNanos;
    } else {
      long place = random.nextLong(count);
      if (place < size) {
        nanos[(int) place] = durationNanos;
      }
    }
  }

  /** What was recorded so far, in milliseconds; all zero when nothing was. */
  synchronized Figures figures() {
    long[] sorted = Arrays.copyOf(nanos, size);
    Arrays.sort(sorted);
    return new Figures(
        millis(at(sorted, 0.5)),
        millis(at(sorted, 0.95)),
        millis(at(sorted, 0.99)),
        millis(max),
        count);
  }

  /** What was recorded since this was last asked; then it begins anew. */
  synchronized Figures take() {
    Figures figures = figures();
    size = 0;
    count = 0;
    max = 0;
    return figures;
  }

  private static long at(long[] sorted, double quantile) {
    return sorted.length == 0
        ? 0
        : sorted[
            (int) Math.min(sorted.length - 1L, (long) Math.ceil(quantile * sorted.length) - 1)];
  }

  private static double millis(long durationNanos) {
    return Math.round(durationNanos / 1e4) / 100.0;
  }

  /** Milliseconds, and of how many. */
  record Figures(double p50, double p95, double p99, double max, long n) {}
}

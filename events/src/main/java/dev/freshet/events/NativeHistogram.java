package dev.freshet.events;

import java.util.ArrayList;
import java.util.List;

/**
 * A distribution of seconds as a Prometheus native histogram: bucket {@code i} counts what is in
 * {@code (2^((i-1)/2^schema), 2^(i/2^schema)]}. Counts are those of the {@link
 * ExponentialHistogram} it comes from; at schema 6 so are its buckets, and a quantile is as exact.
 * Each schema less has buckets of twice the width, each the sum of two.
 *
 * @param schema -4 to 6
 * @param zeroCount durations of exactly zero: the zero threshold is 0
 * @param indexes of the buckets in use, ascending
 * @param counts of the same buckets, not cumulative
 * @param count all durations
 * @param sum of the durations, in seconds
 */
public record NativeHistogram(
    int schema, long zeroCount, List<Integer> indexes, List<Long> counts, long count, double sum) {

  /** The widest buckets that Prometheus knows: a factor of 65,536. */
  private static final int WIDEST = -4;

  public NativeHistogram {
    indexes = List.copyOf(indexes);
    counts = List.copyOf(counts);
  }

  /**
   * A run of neighbouring buckets, as they are written to Prometheus.
   *
   * @param offset of the first span the index of its first bucket; of a later one, how many empty
   *     buckets lie between the span before and this one
   * @param length how many buckets, above 0
   */
  public record Span(int offset, int length) {}

  /** The same with every bucket there is. */
  public static NativeHistogram of(ExponentialHistogram histogram) {
    return of(histogram, ExponentialHistogram.SCALE);
  }

  /** The same with buckets as wide as {@code schema} says, -4 to 6. */
  public static NativeHistogram of(ExponentialHistogram histogram, int schema) {
    if (schema < WIDEST || schema > ExponentialHistogram.SCALE) {
      throw new IllegalArgumentException("a schema is -4 to 6 here, found " + schema);
    }
    List<Integer> indexes = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    histogram.visit(
        (index, n) -> {
          int wide = (index >> (ExponentialHistogram.SCALE - schema)) + 1;
          int last = indexes.size() - 1;
          if (last >= 0 && indexes.get(last) == wide) {
            counts.set(last, counts.get(last) + n);
          } else {
            indexes.add(wide);
            counts.add(n);
          }
        });
    return new NativeHistogram(
        schema,
        histogram.zeroCount(),
        indexes,
        counts,
        histogram.count(),
        histogram.sumMicros() / 1e6);
  }

  /** Where the buckets in use are. */
  public List<Span> spans() {
    List<Span> spans = new ArrayList<>();
    int next = 0;
    int from = 0;
    for (int i = 0; i < indexes.size(); i++) {
      if (i + 1 == indexes.size() || indexes.get(i + 1) != indexes.get(i) + 1) {
        spans.add(new Span(indexes.get(from) - next, i + 1 - from));
        next = indexes.get(i) + 1;
        from = i + 1;
      }
    }
    return spans;
  }

  /** What is in them: the first count, then how much each is above the one before. */
  public List<Long> deltas() {
    List<Long> deltas = new ArrayList<>();
    long before = 0;
    for (long n : counts) {
      deltas.add(n - before);
      before = n;
    }
    return deltas;
  }
}

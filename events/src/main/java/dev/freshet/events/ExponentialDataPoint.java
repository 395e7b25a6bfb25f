package dev.freshet.events;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A distribution of seconds as OpenTelemetry's {@code ExponentialHistogramDataPoint}: bucket {@code
 * offset + k} counts what is in {@code (b^(offset+k), b^(offset+k+1)]} with {@code b =
 * 2^(2^-scale)}. At scale 6 its buckets are those of the {@link ExponentialHistogram} it comes
 * from; each scale less has buckets of twice the width, each the sum of two.
 *
 * @param scale at most 6
 * @param zeroCount durations of exactly zero
 * @param offset index of the first bucket; 0 when there is none
 * @param bucketCounts from the lowest bucket in use to the highest, empty ones between them too
 * @param count all durations
 * @param sum of the durations, in seconds
 * @param min the shortest, in seconds; 0 when there is none
 * @param max the longest, in seconds; 0 when there is none
 */
public record ExponentialDataPoint(
    int scale,
    long zeroCount,
    int offset,
    List<Long> bucketCounts,
    long count,
    double sum,
    double min,
    double max) {

  /** How many buckets OpenTelemetry's own exporters send at most. */
  public static final int USUAL_BUCKETS = 160;

  /** Every duration there may be is in one bucket or two. */
  private static final int LEAST_SCALE = -10;

  public ExponentialDataPoint {
    bucketCounts = List.copyOf(bucketCounts);
  }

  /** The same with every bucket there is: 64 per factor of two between the lowest and highest. */
  public static ExponentialDataPoint of(ExponentialHistogram histogram) {
    return at(ExponentialHistogram.SCALE, histogram);
  }

  /**
   * The same at the highest scale that needs no more buckets.
   *
   * @param buckets at least 2; {@link #USUAL_BUCKETS} is what receivers are used to
   */
  public static ExponentialDataPoint of(ExponentialHistogram histogram, int buckets) {
    if (buckets < 2) {
      throw new IllegalArgumentException("at least 2 buckets, found " + buckets);
    }
    int scale = ExponentialHistogram.SCALE;
    ExponentialDataPoint point = at(scale, histogram);
    while (point.bucketCounts().size() > buckets && scale > LEAST_SCALE) {
      scale--;
      point = at(scale, histogram);
    }
    return point;
  }

  private static ExponentialDataPoint at(int scale, ExponentialHistogram histogram) {
    int[] first = {0};
    List<Long> counts = new ArrayList<>();
    histogram.visit(
        (index, n) -> {
          int wide = index >> (ExponentialHistogram.SCALE - scale);
          if (counts.isEmpty()) {
            first[0] = wide;
          }
          int place = wide - first[0];
          counts.addAll(Collections.nCopies(Math.max(0, place + 1 - counts.size()), 0L));
          counts.set(place, counts.get(place) + n);
        });
    return new ExponentialDataPoint(
        scale,
        histogram.zeroCount(),
        first[0],
        counts,
        histogram.count(),
        histogram.sumMicros() / 1e6,
        histogram.minNanos() / 1e9,
        histogram.maxNanos() / 1e9);
  }
}

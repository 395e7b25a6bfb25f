package dev.freshet.console.model;

import dev.freshet.events.ExponentialHistogram;

/**
 * One stretch of a line of percentiles, durations in nanoseconds.
 *
 * @param millis where the stretch begins, milliseconds since 1970
 * @param count how many durations; with 0 there are no percentiles, which is a gap and not a zero
 */
public record Point(long millis, long count, double p50, double p95, double p99, double max) {

  private static final double[] QUANTILES = {0.5, 0.95, 0.99};

  static Point of(long millis, ExponentialHistogram of) {
    double[] q = new double[3];
    of.quantilesNanos(QUANTILES, q);
    return new Point(millis, of.count(), q[0], q[1], q[2], of.maxNanos());
  }
}

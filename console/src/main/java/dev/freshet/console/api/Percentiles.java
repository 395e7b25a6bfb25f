package dev.freshet.console.api;

import dev.freshet.events.ExponentialHistogram;
import org.jspecify.annotations.Nullable;

/**
 * Durations in milliseconds; null when there were none.
 *
 * @param count of how many
 */
public record Percentiles(
    long count,
    @Nullable Double p50Ms,
    @Nullable Double p95Ms,
    @Nullable Double p99Ms,
    @Nullable Double maxMs) {

  private static final double[] QUANTILES = {0.5, 0.95, 0.99};

  static Percentiles of(ExponentialHistogram durations) {
    double[] q = new double[3];
    durations.quantilesNanos(QUANTILES, q);
    boolean none = durations.count() == 0;
    return new Percentiles(
        durations.count(),
        Answers.millis(q[0]),
        Answers.millis(q[1]),
        Answers.millis(q[2]),
        none ? null : Answers.millis(durations.maxNanos()));
  }
}

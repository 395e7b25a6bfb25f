package dev.freshet.events;

import java.util.ArrayList;
import java.util.List;

/**
 * A distribution of seconds as a classic Prometheus histogram: how many durations are at most as
 * long as each of a few bounds.
 *
 * <p>Exact where a bound is one of the {@link ExponentialHistogram}'s own ({@code 2^(i/64)}; 0.5
 * and 1 are). Elsewhere a count may miss durations that are up to 1.1 % below its bound, those of
 * the one bucket the bound is inside of; it never has one too many.
 *
 * @param bounds ascending, in seconds, upper-inclusive; without infinity
 * @param cumulative how many are at most the bound
 * @param count all durations
 * @param sum of the durations, in seconds
 */
public record ClassicHistogram(List<Double> bounds, List<Long> cumulative, long count, double sum) {

  /** The bounds OpenTelemetry advises for {@code http.server.request.duration}. */
  public static final List<Double> HTTP_BOUNDS =
      List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

  public ClassicHistogram {
    bounds = List.copyOf(bounds);
    cumulative = List.copyOf(cumulative);
  }

  /**
   * The same by these bounds.
   *
   * @param bounds ascending, in seconds
   */
  public static ClassicHistogram of(ExponentialHistogram histogram, List<Double> bounds) {
    long[] within = new long[bounds.size()];
    int[] at = {0};
    histogram.visit(
        (index, n) -> {
          double upper = ExponentialHistogram.upperSeconds(index);
          while (at[0] < within.length && bounds.get(at[0]) < upper) {
            at[0]++;
          }
          if (at[0] < within.length) {
            within[at[0]] += n;
          }
        });
    List<Long> cumulative = new ArrayList<>();
    long below = histogram.zeroCount();
    for (long n : within) {
      below += n;
      cumulative.add(below);
    }
    return new ClassicHistogram(bounds, cumulative, histogram.count(), histogram.sumMicros() / 1e6);
  }
}

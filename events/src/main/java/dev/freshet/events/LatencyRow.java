package dev.freshet.events;

import org.jspecify.annotations.Nullable;

/**
 * How one route did over one rolling window: a row of {@code <ns>.latency}, replaced by the next
 * with the same service, route and window.
 *
 * @param service who answered; {@link #TOTAL} for all services together
 * @param route the route's template; {@link #TOTAL} for all routes of the service, {@link #OTHER}
 *     for those beyond the limit
 * @param window length of the window as it is written in the config: {@code 5m}
 * @param fromMillis where the window begins, milliseconds since 1970
 * @param asOfMillis where it ends, excluded
 * @param watermarkMillis up to where the slowest input partition had been read when this was
 *     computed: what is before it is complete
 * @param counts how many requests
 * @param latencies how long they took; null when there were none
 */
public record LatencyRow(
    String service,
    String route,
    String window,
    long fromMillis,
    long asOfMillis,
    long watermarkMillis,
    RequestCounts counts,
    @Nullable Latencies latencies) {

  /** Stands for all routes, or all services; no event can carry it. */
  public static final String TOTAL = "_total";

  /** The route of requests whose own route is beyond the limit of routes per service. */
  public static final String OTHER = "_other";

  /**
   * Durations in nanoseconds. The percentiles have a relative error of at most {@link
   * ExponentialHistogram#RELATIVE_ERROR}.
   *
   * @param avg exact, to the microsecond
   * @param max exact
   */
  public record Latencies(long avg, long p50, long p90, long p95, long p99, long p999, long max) {}

  /** Requests per second over the window; 0 when it is empty. */
  public double rate() {
    long millis = asOfMillis - fromMillis;
    return millis <= 0 ? 0 : counts.total() * 1000.0 / millis;
  }
}

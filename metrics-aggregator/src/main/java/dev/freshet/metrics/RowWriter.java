package dev.freshet.metrics;

import dev.freshet.events.LatencyJson;
import dev.freshet.events.LatencyRow;
import dev.freshet.metrics.Panes.Window;
import org.jspecify.annotations.Nullable;

/** Rows of one turn, as JSON. Not thread-safe. */
final class RowWriter {

  private static final double[] QUANTILES = {0.5, 0.9, 0.95, 0.99, 0.999};

  private final Panes panes;
  private final long present;
  private final long watermark;
  private final double[] answers = new double[QUANTILES.length];

  /**
   * A writer of rows.
   *
   * @param present the pane that is open: windows end where it begins
   * @param watermark milliseconds since 1970
   */
  RowWriter(Panes panes, long present, long watermark) {
    this.panes = panes;
    this.present = present;
    this.watermark = watermark;
  }

  byte[] row(RouteWindows route, int w) {
    Window window = panes.windows().get(w);
    Tally sum = route.sum(w);
    return LatencyJson.write(
        new LatencyRow(
            route.service(),
            route.route(),
            window.name(),
            window.fromMillis(present),
            present * Panes.PANE_MILLIS,
            watermark,
            sum.counts(),
            latencies(sum, route.longestNanos(w, present))));
  }

  private LatencyRow.@Nullable Latencies latencies(Tally sum, long longest) {
    if (sum.total() == 0) {
      return null;
    }
    sum.latencies().quantilesNanos(QUANTILES, answers);
    return new LatencyRow.Latencies(
        Math.round(sum.latencies().sumMicros() * 1000.0 / sum.total()),
        atMost(answers[0], longest),
        atMost(answers[1], longest),
        atMost(answers[2], longest),
        atMost(answers[3], longest),
        atMost(answers[4], longest),
        longest);
  }

  /** The longest duration is exact: no percentile is above it. */
  private static long atMost(double nanos, long longest) {
    return Math.min(Math.round(nanos), longest);
  }
}

package dev.freshet.console.api;

import dev.freshet.console.model.Series;
import java.time.Duration;

/** A range of time cut into steps, few enough to draw. */
record Steps(long from, long to, long step) {

  private static final int MOST = 240;

  /** For how long there are shorter stretches than minutes. */
  private static final Duration FINE = Duration.ofHours(1);

  private static final long[] WIDTHS = {
    5_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000
  };

  /**
   * @param finest the shortest step there is data for
   */
  static Steps of(Duration range, long nowMillis, long finest) {
    long shortest = range.compareTo(FINE) > 0 ? Math.max(finest, Series.MINUTE_MILLIS) : finest;
    long step = WIDTHS[WIDTHS.length - 1];
    for (int i = WIDTHS.length - 1; i >= 0; i--) {
      if (WIDTHS[i] >= shortest && range.toMillis() / WIDTHS[i] <= MOST) {
        step = WIDTHS[i];
      }
    }
    long from = Math.floorDiv(nowMillis - range.toMillis(), step) * step;
    return new Steps(from, nowMillis, step);
  }
}

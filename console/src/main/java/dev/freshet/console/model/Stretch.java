package dev.freshet.console.model;

import dev.freshet.events.ExponentialHistogram;

/** The durations of one stretch of time; the histogram belongs to whoever got it. */
public record Stretch(long millis, ExponentialHistogram durations) {

  /** Its percentiles. */
  public Point point() {
    return Point.of(millis, durations);
  }
}

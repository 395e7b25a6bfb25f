package dev.freshet.metrics.slo;

import java.time.Duration;

/**
 * How long an alert waits before it says something.
 *
 * @param judgeEvery how often objectives are judged, by the wall clock
 * @param pending how long the condition holds before anybody is told
 * @param calm how long it is over before anybody is told
 */
record Patience(Duration judgeEvery, Duration pending, Duration calm) {

  /** What the reference page says. */
  static final Patience STANDARD =
      new Patience(Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofMinutes(5));
}

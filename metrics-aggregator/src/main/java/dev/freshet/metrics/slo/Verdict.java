package dev.freshet.metrics.slo;

/**
 * What one rule finds in the counts of this moment.
 *
 * @param longBurn times the allowed speed over the long window; 0 when there was no request
 * @param shortBurn the same over the short one
 * @param bad bad requests in the long window
 * @param total requests in the long window
 */
record Verdict(Kind kind, double longBurn, double shortBurn, long bad, long total) {

  enum Kind {
    /** Above the factor in both windows. */
    BURNS,
    /** Clearly below it in the short window, or too few requests even in the long one. */
    CALM,
    /** Neither: whatever holds goes on. */
    BETWEEN,
    /** Too few requests in the short window to say how it goes on. */
    TOO_FEW
  }
}

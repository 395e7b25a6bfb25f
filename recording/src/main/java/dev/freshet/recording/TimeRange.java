package dev.freshet.recording;

/**
 * A stretch of time by the timestamps of records.
 *
 * @param from the first millisecond in it
 * @param until the first millisecond after it
 */
public record TimeRange(long from, long until) {

  /** All there is. */
  public static final TimeRange ALL = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

  boolean contains(long millis) {
    return millis >= from && millis < until;
  }

  boolean touches(long lowest, long highest) {
    return highest >= from && lowest < until;
  }
}

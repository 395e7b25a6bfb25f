package dev.freshet.ingest;

/** What capture does when changes may have been missed. */
public enum OnGap {
  /** It begins anew, and everything derived from the rows is taken for stale. */
  BEGIN_ANEW,
  /** It ends, and says what to do. */
  STOP
}

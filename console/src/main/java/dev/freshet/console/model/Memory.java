package dev.freshet.console.model;

import dev.freshet.events.Applied;
import dev.freshet.events.Invalidation;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import java.util.Collection;

/**
 * How many bytes each part of the model may keep, and about how many a thing takes on the heap: by
 * the lengths of its texts, which are what differs by orders of magnitude. Estimates, on the high
 * side.
 *
 * @param feed row changes, the newest
 * @param causes of deleted keys, and the same of stale tags
 * @param names busy tags, and the same of tables
 * @param windows of routes
 * @param history of routes
 * @param views rows of all views together
 */
record Memory(long feed, long causes, long names, long windows, long history, long views) {

  private static final long MOST = 512L << 20;
  private static final long ENTRY = 160;
  private static final long TEXT = 56;
  private static final long WINDOW = 320;

  /** A quarter of the heap, and half a gigabyte at most. */
  static Memory ofHeap() {
    return of(Math.min(MOST, Runtime.getRuntime().maxMemory() / 4));
  }

  /** So many bytes in all. */
  static Memory of(long bytes) {
    long part = bytes / 16;
    return new Memory(2 * part, 2 * part, part, 3 * part, 3 * part, 3 * part);
  }

  static long of(String text) {
    return TEXT + text.length();
  }

  private static long of(Collection<String> texts) {
    long sum = TEXT;
    for (String text : texts) {
      sum += of(text) + 48;
    }
    return sum;
  }

  static long of(Invalidation.Cause cause) {
    return 2 * ENTRY + of(cause.source().key()) + 2 * TEXT;
  }

  static long of(Invalidation.Stale stale) {
    return ENTRY + of(stale.tags()) + of(stale.keys()) + of(stale.tagSets()) + of(stale.cause());
  }

  static long of(Applied.Deletion deletion) {
    return ENTRY + of(deletion.key()) + of(deletion.tag()) + of(deletion.cause());
  }

  static long of(LatencyRow row) {
    return WINDOW + 2 * (of(row.service()) + of(row.route())) + of(row.window());
  }

  static long of(LatencyMinute minute) {
    return ENTRY + of(minute.service()) + of(minute.route()) + minute.latencies().memoryBytes();
  }

  /** A row of a view, parsed from JSON of this length. */
  static long ofRow(String key, int length) {
    return 2 * ENTRY + of(key) + 8L * length;
  }
}

package dev.freshet.endtoend.consistency;

import dev.freshet.events.Invalidation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The invalidations of a run in the order in which the sink gets them: what Kafka's topic is in the
 * real thing. An entry's place is its offset.
 *
 * <p>Entries come in when they are due, so that delays put them out of order. Bounded by the length
 * of the run. Thread-safe.
 */
final class Journal {

  /** An invalidation, and the row and version it tells of; row -1 for a heartbeat. */
  record Entry(Invalidation invalidation, int row, long version) {}

  private record Due(long nanos, long number, Entry entry) {}

  private final PriorityQueue<Due> coming =
      new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingLong(Due::number));
  private final List<Entry> entries = new ArrayList<>();
  private long number;

  /**
   * @param nanos when it is to come in, by {@link System#nanoTime()}
   */
  synchronized void add(Entry entry, long nanos) {
    coming.add(new Due(nanos, number++, entry));
  }

  /** Entries from an offset on, as far as they have come in; at most so many. */
  synchronized List<Entry> read(long offset, int most) {
    long now = System.nanoTime();
    for (Due due = coming.peek(); due != null && due.nanos() - now <= 0; due = coming.peek()) {
      coming.remove();
      entries.add(due.entry());
    }
    int from = (int) Math.min(offset, entries.size());
    return List.copyOf(entries.subList(from, Math.min(entries.size(), from + most)));
  }

  /** The offset behind everything, if everything has come in; else a number nobody reaches. */
  synchronized long end() {
    return coming.isEmpty() ? entries.size() : Long.MAX_VALUE;
  }

  /** By row, the highest version before an offset. */
  synchronized long[] versionsBefore(long offset) {
    long[] versions = new long[Rows.COUNT];
    for (Entry entry : entries.subList(0, (int) Math.min(offset, entries.size()))) {
      if (entry.row() >= 0) {
        versions[entry.row()] = Math.max(versions[entry.row()], entry.version());
      }
    }
    return versions;
  }
}

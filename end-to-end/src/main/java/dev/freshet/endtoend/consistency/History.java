package dev.freshet.endtoend.consistency;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * What happened in a run, with times: the latest {@value #MOST} events. Thread-safe.
 *
 * <p>An event names the rows it concerns as bits of a mask; 0 concerns all.
 */
final class History {

  static final int MOST = 40_000;

  private record Moment(long nanos, String actor, String what, long mask) {}

  private final long start = System.nanoTime();
  private final Deque<Moment> moments = new ArrayDeque<>();

  void add(String actor, long mask, String what) {
    Moment moment = new Moment(System.nanoTime() - start, actor, what, mask);
    synchronized (moments) {
      if (moments.size() == MOST) {
        moments.removeFirst();
      }
      moments.addLast(moment);
    }
  }

  /** Time since the start. */
  long nanos() {
    return System.nanoTime() - start;
  }

  /** Everything that concerns these rows, a line each. */
  List<String> trace(long mask) {
    List<Moment> all;
    synchronized (moments) {
      all = new ArrayList<>(moments);
    }
    return all.stream()
        .filter(moment -> moment.mask() == 0 || (moment.mask() & mask) != 0)
        .map(
            moment ->
                String.format(
                    Locale.ROOT,
                    "%10.3f ms  %-14s %s",
                    moment.nanos() / 1e6,
                    moment.actor(),
                    moment.what()))
        .toList();
  }
}

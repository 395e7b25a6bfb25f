package dev.freshet.ingest;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What earlier looks at the slots say about now: how fast each keeps more log, and since when
 * nobody has been seen reading it. As many slots as are looked at; {@value #MOST_SAMPLES} samples
 * of each. Used by one thread.
 */
final class SlotHistory {

  private static final Duration WINDOW = Duration.ofMinutes(5);
  private static final int MOST_SAMPLES = 310;

  private record Sample(long nanos, double bytes) {}

  private final Map<String, Deque<Sample>> kept = new HashMap<>();
  private final Map<String, Long> unreadSince = new HashMap<>();

  /** Bytes per second, since the oldest sample of the window; 0 while there is none. */
  double growth(String slot, long nanos, double bytes) {
    Deque<Sample> samples = kept.computeIfAbsent(slot, key -> new ArrayDeque<>());
    while (samples.size() >= MOST_SAMPLES
        || (samples.size() > 1 && nanos - samples.element().nanos() > WINDOW.toNanos())) {
      samples.remove();
    }
    samples.add(new Sample(nanos, bytes));
    Sample first = samples.element();
    double seconds = (nanos - first.nanos()) / 1e9;
    return seconds > 0 ? (bytes - first.bytes()) / seconds : 0;
  }

  /** Seconds since it was first seen without a reader; 0 while it has one. */
  double unreadSeconds(String slot, long nanos, boolean read) {
    if (read) {
      unreadSince.remove(slot);
      return 0;
    }
    return (nanos - unreadSince.computeIfAbsent(slot, key -> nanos)) / 1e9;
  }

  /** Forgets all others. */
  void keep(Set<String> slots) {
    kept.keySet().retainAll(slots);
    unreadSince.keySet().retainAll(slots);
  }
}

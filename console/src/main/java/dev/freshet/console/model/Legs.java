package dev.freshet.console.model;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Pairs each invalidation with the moment it was applied. The two come on different topics and in
 * any order. Not thread-safe.
 */
final class Legs {

  private static final int MOST_PENDING = 100_000;
  static final int MOST_APPLIED = 20_000;

  /** Takes what was paired. */
  interface Pairs {
    /**
     * A change that is applied.
     *
     * @param committedMicros 0 when unknown
     * @param capturedMillis when capture wrote it to Kafka
     */
    void applied(long committedMicros, long capturedMillis, long appliedMicros);
  }

  private record Waiting(long offset, long committedMicros, long capturedMillis) {}

  private static final class Partition {
    final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    final TreeMap<Long, Long> appliedBefore = new TreeMap<>();

    /** Below this offset it is forgotten when what was applied. */
    long forgotten;
  }

  private final Map<Integer, Partition> partitions = new HashMap<>();
  private final Pairs pairs;

  Legs(Pairs pairs) {
    this.pairs = pairs;
  }

  private Partition of(int partition) {
    return partitions.computeIfAbsent(partition, absent -> new Partition());
  }

  void stale(int partition, long offset, long committedMicros, long capturedMillis) {
    Partition at = of(partition);
    if (offset < at.forgotten) {
      return;
    }
    var applied = at.appliedBefore.higherEntry(offset);
    if (applied != null) {
      pairs.applied(committedMicros, capturedMillis, applied.getValue());
      return;
    }
    at.waiting.addLast(new Waiting(offset, committedMicros, capturedMillis));
    if (at.waiting.size() > MOST_PENDING) {
      at.waiting.removeFirst();
    }
  }

  void applied(int partition, long nextOffset, long appliedMicros) {
    Partition at = of(partition);
    at.appliedBefore.putIfAbsent(nextOffset, appliedMicros);
    if (at.appliedBefore.size() > MOST_APPLIED) {
      at.forgotten = at.appliedBefore.pollFirstEntry().getKey();
    }
    while (!at.waiting.isEmpty() && at.waiting.getFirst().offset() < nextOffset) {
      Waiting first = at.waiting.removeFirst();
      pairs.applied(first.committedMicros(), first.capturedMillis(), appliedMicros);
    }
  }

  /** How many changes wait to be applied. */
  int waiting() {
    return partitions.values().stream().mapToInt(at -> at.waiting.size()).sum();
  }
}

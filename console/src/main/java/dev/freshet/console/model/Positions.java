package dev.freshet.console.model;

import dev.freshet.events.Lsn;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Up to which position of the log the caches surely are. A watermark travels behind every change of
 * its log, through every partition; once all partitions have applied one, everything committed
 * before its LSN is applied. Thread-safe.
 */
public final class Positions {

  private static final int MOST = 10_000;

  private record Mark(Lsn lsn, long committedMicros) {}

  /** Watermarks not applied yet, by offset; and the newest applied one. */
  private static final class Partition {
    final TreeMap<Long, Mark> ahead = new TreeMap<>();
    long next;
    Mark reached = new Mark(new Lsn(0), 0);

    void settle() {
      for (var first = ahead.firstEntry();
          first != null && first.getKey() < next;
          first = ahead.firstEntry()) {
        ahead.pollFirstEntry();
        if (first.getValue().lsn().compareTo(reached.lsn()) > 0) {
          reached = first.getValue();
        }
      }
    }
  }

  private final Map<Integer, Partition> partitions = new HashMap<>();
  private int expected = 1;
  private boolean exact = true;
  private long capturedMicros;

  /** How many partitions of the invalidations topic there are. */
  public synchronized void partitions(int count) {
    expected = count;
  }

  /**
   * Whether every change comes before the heartbeats that follow it. It does while the topics of
   * changes have one partition each; with more, a heartbeat can overtake changes of another one.
   */
  public synchronized void exact(boolean one) {
    exact = one;
  }

  /** Whether what is reached is surely reached by all changes. */
  public synchronized boolean isExact() {
    return exact;
  }

  synchronized void watermark(int partition, long offset, Lsn lsn, long committedMicros) {
    Partition at = partitions.computeIfAbsent(partition, absent -> new Partition());
    capturedMicros = Math.max(capturedMicros, committedMicros);
    at.ahead.put(offset, new Mark(lsn, committedMicros));
    if (at.ahead.size() > MOST) {
      at.ahead.pollFirstEntry();
    }
    at.settle();
    notifyAll();
  }

  synchronized void applied(int partition, long nextOffset) {
    Partition at = partitions.computeIfAbsent(partition, absent -> new Partition());
    at.next = Math.max(at.next, nextOffset);
    at.settle();
    notifyAll();
  }

  /** The next offset of a partition to apply; 0 when nothing is known. */
  public synchronized long next(int partition) {
    Partition at = partitions.get(partition);
    return at == null ? 0 : at.next;
  }

  /** The LSN every partition has reached; empty until a watermark was applied in each. */
  public synchronized Optional<Lsn> reached() {
    return slowest().map(Mark::lsn);
  }

  /** Commit time of the same, microseconds since 1970. */
  public synchronized long reachedMicros() {
    return slowest().map(Mark::committedMicros).orElse(0L);
  }

  /** Commit time of the newest watermark there is, applied or not; 0 before the first. */
  public synchronized long capturedMicros() {
    return capturedMicros;
  }

  /** Something else that is waited for has changed. */
  synchronized void changed() {
    notifyAll();
  }

  /** Waits until something was applied, but no longer than this; to be called in a loop. */
  @SuppressWarnings("WaitNotInLoop") // the caller asks again
  public synchronized void awaitChange(long millis) throws InterruptedException {
    wait(millis);
  }

  private Optional<Mark> slowest() {
    if (partitions.size() < expected) {
      return Optional.empty();
    }
    return partitions.values().stream()
        .map(at -> at.reached)
        .min((a, b) -> a.lsn().compareTo(b.lsn()))
        .filter(mark -> mark.lsn().value() != 0);
  }
}

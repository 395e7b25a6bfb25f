package dev.freshet.metrics;

import java.util.HashMap;
import java.util.Map;

/**
 * What time it is in the events: the latest time an input partition has seen, and, once nothing is
 * left to read there, the time that has passed since. So windows empty when traffic stops, old
 * events can be replayed, and a backlog does not grow old while it waits.
 *
 * <p>Never goes back, never passes the wall clock, and never holds back: what a slower partition
 * still brings is late, not lost. Not thread-safe.
 */
final class MergeClock {

  private static final class Partition {
    private long millis;
    private boolean idle;
    private long idleSince;
  }

  private final Map<Integer, Partition> partitions = new HashMap<>();
  private long now;
  private long nowAtWall;

  /** A clock that showed {@code now} when it was {@code wall}; 0 for one that never ran. */
  MergeClock(long now, long wall) {
    this.now = now;
    this.nowAtWall = wall;
  }

  /** Hears from a partition that is being read. */
  void reading(int partition, long millis) {
    Partition at = partitions.computeIfAbsent(partition, key -> new Partition());
    at.millis = Math.max(at.millis, millis);
    at.idle = false;
  }

  /** Hears from a partition in which nothing has been left to read for {@code forMillis}. */
  void idle(int partition, long millis, long forMillis, long wall) {
    Partition at = partitions.computeIfAbsent(partition, key -> new Partition());
    if (millis == 0 && at.millis == 0) {
      // Its reader has just started and has seen nothing: what this clock said still holds.
      at.millis = now;
      at.idleSince = nowAtWall;
    } else if (!at.idle) {
      at.idleSince = wall - forMillis;
    }
    at.millis = Math.max(at.millis, millis);
    at.idle = true;
  }

  /** The time in the events, 0 when there was none yet. */
  long now(long wall) {
    long latest = now;
    for (Partition at : partitions.values()) {
      latest = Math.max(latest, Math.min(shown(at, wall), wall));
    }
    if (latest > now) {
      now = latest;
      nowAtWall = wall;
    }
    return now;
  }

  private static long shown(Partition at, long wall) {
    return at.idle && at.millis > 0 ? at.millis + Math.max(0, wall - at.idleSince) : at.millis;
  }

  /** Up to where every partition that has something to read was read. */
  long watermark(long wall) {
    long least = now(wall);
    for (Partition at : partitions.values()) {
      if (!at.idle) {
        least = Math.min(least, at.millis);
      }
    }
    return least;
  }

  /** When it last moved. */
  long movedAtWall() {
    return nowAtWall;
  }
}

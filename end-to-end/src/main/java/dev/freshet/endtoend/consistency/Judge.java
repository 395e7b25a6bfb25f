package dev.freshet.endtoend.consistency;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;

/**
 * Says whether a read is stale: older than the last change that was applied before the read began.
 *
 * <p>After Redis has lost acknowledged writes nothing is known until the sink has either gone back,
 * or claimed by a batch that it need not; reads in that time are not judged. Thread-safe; what the
 * sink has done is told by one thread.
 */
final class Judge {

  private final AtomicLongArray applied = new AtomicLongArray(Rows.COUNT);

  /** By row: when each version was applied. */
  private final List<ConcurrentNavigableMap<Long, Long>> times =
      Stream.<ConcurrentNavigableMap<Long, Long>>generate(ConcurrentSkipListMap::new)
          .limit(Rows.COUNT)
          .toList();

  private final long start = System.nanoTime();

  /** Odd while nothing is known. */
  private volatile int epoch;

  private volatile boolean restored;

  /** What a read must not be older than; taken before it begins. */
  record Bound(int epoch, List<Long> versions) {

    boolean known() {
      return epoch % 2 == 0;
    }
  }

  /** What a read turned out to be. */
  enum Verdict {
    FRESH,
    STALE,
    NOT_JUDGED
  }

  Bound bound(Subject subject) {
    int now = epoch;
    return new Bound(now, subject.rows().stream().map(applied::get).toList());
  }

  /** What a read must not be older than when changes may take so long to be heard of. */
  Bound bound(Subject subject, Duration late) {
    int now = epoch;
    long then = System.nanoTime() - start - late.toNanos();
    List<Long> versions = new ArrayList<>();
    for (int row : subject.rows()) {
      Map.Entry<Long, Long> known = times.get(row).floorEntry(then);
      versions.add(known == null ? 0 : known.getValue());
    }
    return new Bound(now, versions);
  }

  Verdict read(Bound bound, String value) {
    List<Long> seen = Subject.versions(value);
    if (!bound.known() || bound.epoch() != epoch) {
      return Verdict.NOT_JUDGED;
    }
    for (int i = 0; i < seen.size(); i++) {
      if (seen.get(i) < bound.versions().get(i)) {
        return Verdict.STALE;
      }
    }
    return Verdict.FRESH;
  }

  long applied(int row) {
    return epoch % 2 == 0 ? applied.get(row) : -1;
  }

  /** The sink has acknowledged a change. */
  void applied(int row, long version) {
    if (epoch % 2 == 0) {
      long newest = applied.accumulateAndGet(row, version, Math::max);
      times.get(row).put(System.nanoTime() - start, newest);
    }
  }

  /** Redis is about to lose writes. */
  synchronized void losing() {
    restored = false;
    if (epoch % 2 == 0) {
      epoch++;
    }
  }

  /** Redis is back. */
  synchronized void restored() {
    restored = true;
  }

  /** Whether Redis has lost writes and is back, and the sink has not said what it makes of it. */
  boolean waitsForSink() {
    return epoch % 2 == 1 && restored;
  }

  /** The sink said, after {@link #restored}, where it stands: this is what is applied there. */
  synchronized void sinkStandsAt(long[] versions) {
    if (waitsForSink()) {
      for (int row = 0; row < versions.length; row++) {
        applied.set(row, versions[row]);
        times.get(row).clear();
        times.get(row).put(System.nanoTime() - start, versions[row]);
      }
      epoch++;
    }
  }

  /** Whether nothing is known. */
  boolean lost() {
    return epoch % 2 == 1;
  }
}

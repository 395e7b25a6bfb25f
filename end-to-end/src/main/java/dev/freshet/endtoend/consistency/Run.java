package dev.freshet.endtoend.consistency;

import dev.freshet.events.ChangeSource;
import dev.freshet.events.Invalidation;
import dev.freshet.events.Lsn;
import dev.freshet.events.Row;
import dev.freshet.events.RowChange;
import dev.freshet.invalidation.TagRules;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What all actors of one run share. Thread-safe; {@link #changed} and {@link #beat} belong to the
 * tap's thread.
 */
final class Run {

  static final int CROWD_SIZE = 1500;

  private static final long LOW_32_BITS = 0xFFFF_FFFFL;
  private static final int DUPLICATE_ONE_IN = 4;
  private static final int TYPICAL_DELAY_MILLIS = 4;
  private static final int REORDERING_MILLIS = 25;
  private static final int MOST_TRACES = 2;
  private static final long LOADS_LONGER_NANOS = TimeUnit.MILLISECONDS.toNanos(600);

  private final Plan plan;
  private final int lane;
  private final long xidOffset;
  private final TagRules rules;
  private final Journal journal = new Journal();
  private final Judge judge = new Judge();
  private final History history = new History();
  private final Tally tally = new Tally();
  private final AtomicLongArray inLog = new AtomicLongArray(Rows.COUNT);
  private final AtomicInteger staleReads = new AtomicInteger();
  private final List<List<String>> traces = new ArrayList<>();
  private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
  private final SplittableRandom log;
  private final long end;
  private volatile boolean stopped;

  Run(Plan plan, int lane, long xidOffset, TagRules rules) {
    this.plan = plan;
    this.lane = lane;
    this.xidOffset = xidOffset;
    this.rules = rules;
    this.log = plan.random("log");
    this.end = System.nanoTime() + plan.length().toNanos();
  }

  Plan plan() {
    return plan;
  }

  int lane() {
    return lane;
  }

  Journal journal() {
    return journal;
  }

  Judge judge() {
    return judge;
  }

  History history() {
    return history;
  }

  Tally tally() {
    return tally;
  }

  /** Whether writers shall go on: not as long as loaders, so that the last change is loaded too. */
  boolean writes() {
    return System.nanoTime() - end + LOADS_LONGER_NANOS < 0 && failure.get() == null;
  }

  /** Whether loaders and faults shall go on. */
  boolean lasts() {
    return System.nanoTime() - end < 0 && failure.get() == null;
  }

  /** Whether the sink and the readers are to end too. */
  boolean stopped() {
    return stopped || failure.get() != null;
  }

  void stop() {
    stopped = true;
  }

  /** Ends the run: the machine itself is broken, not the cache. */
  void fail(Exception e) {
    failure.compareAndSet(
        null,
        new IllegalStateException(
            "seed %d on lane %d: an actor failed".formatted(plan.seed(), lane), e));
  }

  void throwFailure() {
    RuntimeException cause = failure.get();
    if (cause != null) {
      throw cause;
    }
  }

  /** The version of a row that the log has told. */
  long inLog(int row) {
    return inLog.get(row);
  }

  /** A row of this lane was changed by a transaction whose commit ends there. */
  void changed(RowChange change, Row after, Lsn commitEnd) {
    int row = Integer.parseInt(text(after, "id"));
    long version = Long.parseLong(text(after, "version"));
    ChangeSource from = change.source();
    ChangeSource source =
        new ChangeSource(
            from.table(),
            "{\"id\":" + row + "}",
            commitEnd,
            (from.xid() + xidOffset) & LOW_32_BITS,
            from.committedMicros());
    TagRules.Touched touched = rules.touchedBy(change).orElseThrow();
    add(
        new Journal.Entry(
            new Invalidation.Stale(
                touched.tags(),
                touched.keys(),
                touched.tagSets(),
                new Invalidation.Cause(change.op(), source)),
            row,
            version));
    history.add(
        "log", 1L << row, "xid " + (from.xid() + xidOffset) + " made row " + row + " " + version);
    inLog.accumulateAndGet(row, version, Math::max);
    tally.count("commits");
  }

  /** A heartbeat came by. */
  void beat(RowChange change, Row after, Lsn commitEnd) {
    long xid = Long.parseLong(text(after, "xid")) + xidOffset;
    long xmin = Long.parseLong(text(after, "snapshot_xmin")) + xidOffset;
    add(
        new Journal.Entry(
            new Invalidation.Watermark(commitEnd, xid, xmin, change.source().committedMicros()),
            -1,
            0));
  }

  private static String text(Row row, String column) {
    String text = row.text(column);
    if (text == null) {
      throw new IllegalStateException("no " + column + " in " + row);
    }
    return text;
  }

  private void add(Journal.Entry entry) {
    boolean reorders = plan.has(Fault.REORDERING);
    long delay = Pause.drawNanos(log, reorders ? REORDERING_MILLIS : TYPICAL_DELAY_MILLIS);
    boolean twice = log.nextInt(DUPLICATE_ONE_IN) == 0 && plan.has(Fault.DUPLICATES);
    long again = Pause.drawNanos(log, REORDERING_MILLIS);
    if (!reorders) {
      delay /= 4;
    }
    journal.add(entry, System.nanoTime() + delay);
    if (twice) {
      journal.add(entry, System.nanoTime() + delay + again);
      tally.count(Fault.DUPLICATES.figure());
    }
  }

  /** A read of what an entry held. */
  void judge(String reader, Subject subject, Judge.Bound bound, String value) {
    tally.count("reads");
    switch (judge.read(bound, value)) {
      case FRESH -> {
        return;
      }
      case NOT_JUDGED -> tally.count("not_judged");
      case STALE -> {
        tally.count("stale");
        String told =
            "STALE: %s is %s, but %s was applied before the read began"
                .formatted(subject.key(), Subject.versions(value), bound.versions());
        history.add(reader, subject.mask(), told);
        if (staleReads.getAndIncrement() < MOST_TRACES) {
          keepTrace(subject, told);
        }
      }
    }
  }

  /** Keeps what happened to a subject, for the report. */
  void keepTrace(Subject subject, String why) {
    List<String> trace = new ArrayList<>();
    trace.add("seed %d, lane %d: %s".formatted(plan.seed(), lane, why));
    trace.add("plan: " + plan);
    trace.addAll(history.trace(subject.mask()));
    synchronized (traces) {
      traces.add(trace);
    }
  }

  List<List<String>> traces() {
    synchronized (traces) {
      return List.copyOf(traces);
    }
  }

  long xidOffset() {
    return xidOffset;
  }
}

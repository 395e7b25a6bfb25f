package dev.freshet.endtoend.consistency;

import dev.freshet.events.InvalidationJson;
import dev.freshet.runtime.Sink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The loop around the sink: what {@link dev.freshet.runtime.SinkService} does with Kafka, done with
 * a {@link Journal}, and with more going wrong. For one thread, but for {@link #crash} and {@link
 * #position}.
 */
final class Applier implements Runnable {

  private static final int PARTITION = 0;
  private static final int LARGEST_BATCH = 60;
  private static final int REPLAY_ONE_IN = 6;
  private static final int FARTHEST_REPLAY = 40;
  private static final int COMMIT_ONE_IN = 5;
  private static final int TYPICAL_PAUSE_MILLIS = 3;

  private final Run run;
  private final Supplier<Sink> sinks;
  private final SplittableRandom random;
  private Sink sink;

  /** What Kafka would remember. */
  private long committed;

  private String memo = "";

  /** Behind all that this sink has acknowledged since it was placed. */
  private long acknowledged;

  private volatile long next;
  private volatile boolean crash;

  Applier(Run run, Supplier<Sink> sinks) {
    this.run = run;
    this.sinks = sinks;
    this.random = run.plan().random("applier");
    this.sink = sinks.get();
  }

  /** Lets the sink die at its next call, and another take over. */
  void crash() {
    crash = true;
  }

  /** The next offset to apply. */
  long position() {
    return next;
  }

  @Override
  public void run() {
    try {
      boolean placed = tried(this::place);
      while (!run.stopped()) {
        if (crash) {
          sink.close();
          crash = false;
          sink = another();
          run.history().add("applier", 0, "the sink crashed, another took over");
          placed = false;
        }
        placed = placed || tried(this::place);
        if (placed) {
          placed = applyNext();
        } else {
          Pause.forMillis(5);
        }
      }
    } catch (RuntimeException e) {
      run.fail(e);
    } finally {
      sink.close();
    }
  }

  /** A sink that cannot start is started again, as whoever runs the process would. */
  private Sink another() {
    while (true) {
      try {
        return sinks.get();
      } catch (RuntimeException e) {
        run.tally().count("apply_errors");
        if (run.stopped()) {
          throw e;
        }
        Pause.forMillis(20);
      }
    }
  }

  private void place() {
    boolean told = run.judge().waitsForSink();
    long offset =
        sink.nextOffsets(new Sink.Assignment(1, Map.of(PARTITION, memo)))
            .getOrDefault(PARTITION, committed);
    run.history().add("applier", 0, "placed at " + offset + ", was at " + next);
    next = offset;
    acknowledged = offset;
    if (told) {
      run.judge().sinkStandsAt(run.journal().versionsBefore(offset));
      run.history().add("judge", 0, "the sink has gone back to " + offset);
    }
  }

  /** False when the sink has to be placed again. */
  private boolean applyNext() {
    int size = 1 + random.nextInt(LARGEST_BATCH);
    long pause = Pause.drawNanos(random, TYPICAL_PAUSE_MILLIS);
    boolean commits = random.nextInt(COMMIT_ONE_IN) == 0;
    boolean replays = random.nextInt(REPLAY_ONE_IN) == 0 && run.plan().has(Fault.REPLAYS);
    int back = 1 + random.nextInt(FARTHEST_REPLAY);
    Pause.forNanos(pause);
    List<Journal.Entry> batch = run.journal().read(next, size);
    if (batch.isEmpty()) {
      Pause.forMillis(1);
      return true;
    }
    boolean told = run.judge().waitsForSink();
    try {
      sink.apply(records(next, batch));
    } catch (Sink.PositionLostException e) {
      run.tally().count("went_back");
      run.history().add("applier", 0, "position lost: " + e.getMessage());
      return false;
    } catch (RuntimeException e) {
      run.tally().count("apply_errors");
      run.history().add("applier", 0, "failed: " + e);
      Pause.forMillis(5);
      return true; // the same records come again
    }
    long done = next + batch.size();
    next = done;
    acknowledged = Math.max(acknowledged, done);
    if (told) {
      run.judge().sinkStandsAt(run.journal().versionsBefore(acknowledged));
      run.history().add("judge", 0, "the sink need not go back from " + acknowledged);
    }
    for (Journal.Entry entry : batch) {
      if (entry.row() >= 0) {
        run.judge().applied(entry.row(), entry.version());
        run.history()
            .add(
                "applier",
                1L << entry.row(),
                "applied row %d %d".formatted(entry.row(), entry.version()));
      }
    }
    if (commits) {
      committed = done;
      memo = sink.memo();
    }
    if (replays) {
      next = Math.max(0, done - back);
      run.tally().count(Fault.REPLAYS.figure());
    }
    return true;
  }

  /** Records as the sink gets them, their offsets counted from the first one. */
  static List<ConsumerRecord<byte[], byte[]>> records(long first, List<Journal.Entry> batch) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(batch.size());
    long offset = first;
    for (Journal.Entry entry : batch) {
      records.add(
          new ConsumerRecord<>(
              "journal",
              PARTITION,
              offset++,
              new byte[0],
              InvalidationJson.write(entry.invalidation())));
    }
    return records;
  }

  private boolean tried(Runnable work) {
    try {
      work.run();
      return true;
    } catch (RuntimeException e) {
      run.tally().count("apply_errors");
      run.history().add("applier", 0, "failed: " + e);
      return false;
    }
  }
}

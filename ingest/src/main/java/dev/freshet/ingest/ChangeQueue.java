package dev.freshet.ingest;

import io.debezium.connector.base.QueueProvider;
import io.debezium.pipeline.Sizeable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Debezium's queue between the reader of the log and the sender, which wakes the sender.
 *
 * <p>Debezium has one setting for two waits: how long its reader sleeps when the log has nothing
 * new, which must be short, and how long its poll waits for a change, the last millisecond of it in
 * a busy loop. The sender waits here instead, and polls when there is something.
 *
 * <p>Debezium makes it and calls it under its own lock; one other thread may wait for a change.
 */
public final class ChangeQueue implements QueueProvider<Sizeable> {

  /** How Debezium finds this class: the value of {@code queue.provider.type}. */
  static final String NAME = "freshet";

  /** The setting under which a run finds the queue that Debezium made for it. */
  static final String RUN = "freshet.run";

  private static final Map<String, ChangeQueue> BY_RUN = new ConcurrentHashMap<>();

  private final Queue<Sizeable> changes = new ArrayDeque<>();
  private volatile int size;
  private volatile @Nullable Thread waiting;

  /**
   * Returns when the queue of this run has a change, or after this time; at once when there is no
   * queue yet. Debezium makes another one when it starts again by itself.
   */
  static void awaitChange(String run, Duration longest) {
    ChangeQueue queue = BY_RUN.get(run);
    if (queue != null) {
      queue.awaitChange(longest);
    }
  }

  /** To be called when a run is over. */
  static void forget(String run) {
    BY_RUN.remove(run);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void configure(Map<String, ?> settings) {
    BY_RUN.put(String.valueOf(settings.get(RUN)), this);
  }

  @Override
  public void enqueue(Sizeable change) {
    changes.add(change);
    size = changes.size();
    Thread sender = waiting;
    if (sender != null) {
      LockSupport.unpark(sender);
    }
  }

  @Override
  @SuppressWarnings("NullAway") // Debezium polls only what it has counted
  public Sizeable poll() {
    Sizeable change = changes.poll();
    size = changes.size();
    return change;
  }

  @Override
  public int size() {
    return changes.size();
  }

  private void awaitChange(Duration longest) {
    waiting = Thread.currentThread(); // before the look, so that no change slips in between
    if (size == 0) {
      LockSupport.parkNanos(this, longest.toNanos());
    }
    waiting = null;
  }
}

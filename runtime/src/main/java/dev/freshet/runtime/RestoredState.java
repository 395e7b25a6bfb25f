package dev.freshet.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StandbyUpdateListener;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.processor.TaskId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much state one topology reads back from its changelogs before it goes on, how fast, and how
 * far its copies of what other processes work on are behind. Thread-safe.
 */
final class RestoredState implements StateRestoreListener, StandbyUpdateListener {

  private static final Logger LOG = LoggerFactory.getLogger(RestoredState.class);

  private final String service;
  private final LongSupplier nanos;
  private final AtomicLong records = new AtomicLong();
  private final Counter restored;
  private final Counter secondsSpent;
  private final Counter copied;
  private final Map<TopicPartition, Long> begun = new ConcurrentHashMap<>();
  private final Map<TopicPartition, Long> behind = new ConcurrentHashMap<>();

  /**
   * @param nanos a clock for durations
   */
  RestoredState(String service, MeterRegistry registry, LongSupplier nanos) {
    this.service = service;
    this.nanos = nanos;
    this.restored = registry.counter("freshet.state.restored.records", "service", service);
    this.secondsSpent = registry.counter("freshet.state.restore.seconds", "service", service);
    this.copied = registry.counter("freshet.state.standby.records", "service", service);
    Gauge.builder("freshet.state.standby.lag.records", behind, RestoredState::sum)
        .tag("service", service)
        .register(registry);
  }

  private static double sum(Map<TopicPartition, Long> all) {
    return all.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Records read back since the start. */
  long records() {
    return records.get();
  }

  @Override
  public void onRestoreStart(TopicPartition changelog, String store, long first, long last) {
    begun.put(changelog, nanos.getAsLong());
  }

  @Override
  public void onBatchRestored(TopicPartition changelog, String store, long end, long count) {
    records.addAndGet(count);
    restored.increment(count);
  }

  @Override
  public void onRestoreEnd(TopicPartition changelog, String store, long total) {
    spent(changelog, total, "restored");
  }

  @Override
  public void onRestoreSuspended(TopicPartition changelog, String store, long total) {
    spent(changelog, total, "restored, not to the end: its partition moved on");
  }

  private void spent(TopicPartition changelog, long total, String what) {
    Long began = begun.remove(changelog);
    if (began == null) {
      return;
    }
    double seconds = (nanos.getAsLong() - began) / (double) Duration.ofSeconds(1).toNanos();
    secondsSpent.increment(Math.max(0, seconds));
    if (total > 0) {
      LOG.info(
          "{}: {} records of {} {} in {} s, {} a second",
          service,
          "%,d".formatted(total),
          changelog,
          what,
          "%.1f".formatted(seconds),
          "%,.0f".formatted(total / Math.max(seconds, 1e-3)));
    }
  }

  @Override
  public void onUpdateStart(TopicPartition changelog, String store, long first) {
    behind.put(changelog, 0L);
  }

  @Override
  public void onBatchLoaded(
      TopicPartition changelog, String store, TaskId task, long last, long count, long end) {
    copied.increment(count);
    behind.put(changelog, Math.max(0, end - 1 - last));
  }

  @Override
  public void onUpdateSuspended(
      TopicPartition changelog, String store, long at, long end, SuspendReason reason) {
    behind.remove(changelog);
  }

  @Override
  public String toString() {
    return "%,d records of state restored".formatted(records.get());
  }
}

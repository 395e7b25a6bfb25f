package dev.freshet.runtime;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/** How much state one topology has read back from its changelogs. Thread-safe. */
final class Restored implements StateRestoreListener {

  private final AtomicLong records = new AtomicLong();

  /** Records read back since the start. */
  long records() {
    return records.get();
  }

  @Override
  public void onRestoreStart(TopicPartition changelog, String store, long first, long last) {}

  @Override
  public void onBatchRestored(TopicPartition changelog, String store, long end, long restored) {
    records.addAndGet(restored);
  }

  @Override
  public void onRestoreEnd(TopicPartition changelog, String store, long total) {}

  @Override
  public String toString() {
    return "%,d records of state restored".formatted(records.get());
  }
}

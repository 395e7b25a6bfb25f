package dev.freshet.materializer.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * How many bytes a view's state takes: on disk the files and the write buffers as RocksDB tells
 * them, on the heap the keys and values. Looked up again only after some time, because counting a
 * heap takes as long as the heap is large. Not thread-safe.
 */
final class StateSize {

  private static final long AGAIN_AFTER_MILLIS = 5_000;
  private static final Set<String> PARTS = Set.of("live-sst-files-size", "cur-size-all-mem-tables");

  private final KeyValueStore<Bytes, byte[]> store;
  private final List<Metric> parts = new ArrayList<>();
  private long bytes;
  private long countedAt = Long.MIN_VALUE;

  StateSize(ProcessorContext<?, ?> context, KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
    String task = context.taskId().toString();
    for (Map.Entry<MetricName, ? extends Metric> metric : context.metrics().metrics().entrySet()) {
      MetricName name = metric.getKey();
      if (PARTS.contains(name.name()) && task.equals(name.tags().get("task-id"))) {
        parts.add(metric.getValue());
      }
    }
  }

  /**
   * Bytes, at most some seconds old.
   *
   * @param millis of the clock of the log
   */
  long bytes(long millis) {
    if (countedAt == Long.MIN_VALUE || millis - countedAt >= AGAIN_AFTER_MILLIS) {
      countedAt = millis;
      bytes = store.persistent() ? onDisk() : onHeap();
    }
    return bytes;
  }

  private long onDisk() {
    long sum = 0;
    for (Metric part : parts) {
      sum += part.metricValue() instanceof Number number ? number.longValue() : 0;
    }
    return sum;
  }

  private long onHeap() {
    long sum = 0;
    try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> entry = all.next();
        sum += entry.key.get().length + entry.value.length;
      }
    }
    return sum;
  }
}

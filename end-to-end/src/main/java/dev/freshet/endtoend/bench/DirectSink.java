package dev.freshet.endtoend.bench;

import dev.freshet.events.ChangeSource;
import dev.freshet.events.DebeziumJson;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.RowChange;
import dev.freshet.invalidation.TagRules;
import dev.freshet.runtime.Sink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Row changes straight into Freshet's own Redis sink: the tag rules run here, without Kafka Streams
 * and its topic in between.
 *
 * <p>Heartbeats are on another topic. A watermark made of the latest change stands for them once a
 * second, so that marks and positions are written as in the real thing.
 */
final class DirectSink implements Sink {

  private static final long WATERMARK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final TagRules rules;
  private final Sink redis;
  private long nextWatermarkNanos = System.nanoTime();

  DirectSink(TagRules rules, Sink redis) {
    this.rules = rules;
    this.redis = redis;
  }

  @Override
  public Map<Integer, Long> nextOffsets(Assignment assignment) {
    return redis.nextOffsets(assignment);
  }

  @Override
  public void apply(List<ConsumerRecord<byte[], byte[]>> batch) {
    List<ConsumerRecord<byte[], byte[]>> stale = new ArrayList<>(batch.size() + 1);
    for (ConsumerRecord<byte[], byte[]> record : batch) {
      change(record).ifPresent(change -> add(stale, record, change));
    }
    if (!stale.isEmpty()) {
      redis.apply(stale);
    }
  }

  private static Optional<RowChange> change(ConsumerRecord<byte[], byte[]> record) {
    try {
      return DebeziumJson.parse(record.key(), record.value());
    } catch (MalformedEventException e) {
      throw new IllegalStateException("not a change: " + record, e);
    }
  }

  private void add(
      List<ConsumerRecord<byte[], byte[]>> stale,
      ConsumerRecord<byte[], byte[]> record,
      RowChange change) {
    ChangeSource source = change.source();
    rules
        .touchedBy(change)
        .ifPresent(
            touched ->
                stale.add(
                    with(
                        record,
                        new Invalidation.Stale(
                            touched.tags(),
                            touched.keys(),
                            touched.tagSets(),
                            new Invalidation.Cause(change.op(), source)))));
    if (System.nanoTime() - nextWatermarkNanos >= 0) {
      nextWatermarkNanos = System.nanoTime() + WATERMARK_EVERY_NANOS;
      stale.add(
          with(
              record,
              new Invalidation.Watermark(
                  source.lsn(), source.xid(), source.xid(), source.committedMicros())));
    }
  }

  private static ConsumerRecord<byte[], byte[]> with(
      ConsumerRecord<byte[], byte[]> record, Invalidation invalidation) {
    return new ConsumerRecord<>(
        record.topic(),
        record.partition(),
        record.offset(),
        record.key(),
        InvalidationJson.write(invalidation));
  }

  @Override
  public void close() {
    redis.close();
  }
}

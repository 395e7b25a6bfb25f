package dev.freshet.invalidation;

import dev.freshet.events.DebeziumJson;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.Row;
import dev.freshet.events.RowChange;
import dev.freshet.runtime.DeadLetters;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** One row change at a time: which tags are stale now? What cannot be read goes to dead letters. */
final class StaleTags implements Processor<byte[], byte[], byte[], byte[]> {

  private final String namespace;
  private final TagRules rules;
  private ProcessorContext<byte[], byte[]> context;
  private Sensor unreadable;
  private Sensor collapsed;

  @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before process
  StaleTags(String namespace, TagRules rules) {
    this.namespace = namespace;
    this.rules = rules;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.unreadable = rate("unreadable");
    this.collapsed = rate("collapsed-to-table-tag");
  }

  private Sensor rate(String operation) {
    return context
        .metrics()
        .addRateTotalSensor(
            "invalidation", context.taskId().toString(), operation, Sensor.RecordingLevel.INFO);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    try {
      Optional<RowChange> change = DebeziumJson.parse(record.key(), record.value());
      if (change.isPresent()) {
        process(record, change.get());
      }
    } catch (MalformedEventException e) {
      unreadable.record();
      context.forward(
          DeadLetters.of(context, record, InvalidationStream.NAME, String.valueOf(e.getMessage())),
          InvalidationTopology.DEAD_LETTERS);
    }
  }

  private void process(Record<byte[], byte[]> record, RowChange change)
      throws MalformedEventException {
    if (InvalidationTopology.isHeartbeat(change.source().table())) {
      Invalidation.Watermark watermark = watermark(change);
      if (watermark != null) {
        send(record.withKey(InvalidationTopology.WATERMARK_KEY), watermark);
      }
      return;
    }
    Optional<TagRules.Touched> touched = rules.touchedBy(change);
    if (touched.isEmpty()) {
      return;
    }
    if (touched.get().collapsed()) {
      collapsed.record();
    }
    send(
        record,
        new Invalidation.Stale(
            touched.get().tags(),
            touched.get().keys(),
            touched.get().tagSets(),
            new Invalidation.Cause(change.op(), change.source())));
  }

  private void send(Record<byte[], byte[]> record, Invalidation invalidation) {
    context.forward(
        record.withValue(InvalidationJson.write(invalidation)).withHeaders(new RecordHeaders()),
        InvalidationTopology.INVALIDATIONS);
  }

  /** The heartbeat as a watermark; null when it is of another namespace or only housekeeping. */
  private Invalidation.@Nullable Watermark watermark(RowChange change)
      throws MalformedEventException {
    Row after = change.after();
    if (after == null || !namespace.equals(after.text("namespace"))) {
      return null;
    }
    return new Invalidation.Watermark(
        change.source().lsn(),
        number(after, "xid"),
        number(after, "snapshot_xmin"),
        change.source().committedMicros());
  }

  private static long number(Row row, String column) throws MalformedEventException {
    String text = row.text(column);
    try {
      if (text != null) {
        return Long.parseLong(text);
      }
    } catch (NumberFormatException notANumber) {
      throw new MalformedEventException(
          "heartbeat column %s is a transaction id, found \"%s\"".formatted(column, text));
    }
    throw new MalformedEventException("heartbeat without column " + column);
  }
}

package dev.freshet.materializer.stream;

import dev.freshet.events.DeadLetter;
import dev.freshet.events.DebeziumJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.RowChange;
import dev.freshet.events.TableName;
import dev.freshet.materializer.commits.CommitBatch;
import dev.freshet.materializer.engine.Engine;
import dev.freshet.materializer.engine.ViewChange;
import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.ViewPlan;
import dev.freshet.materializer.view.Snapshot;
import dev.freshet.materializer.view.ViewJson;
import dev.freshet.runtime.DeadLetters;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A batch of commits at a time: what does it change of the view?
 *
 * <p>Nothing is kept between two calls but the state, so that wherever Kafka Streams commits,
 * state, rows and input offset agree. After the rows of a batch comes a position record.
 */
final class ViewProcessor implements Processor<byte[], byte[], byte[], byte[]> {

  private static final Logger LOG = LoggerFactory.getLogger(ViewProcessor.class);
  private static final int REASONS = 5;

  /** How much of the log passes before a view that did not change tells its position, ms. */
  private static final long TELL_EVERY = 1000;

  /**
   * A batch younger than this, ms, is committed at once, because somebody waits for its rows; when
   * the view is behind, what comes within the commit interval is committed together.
   */
  private static final long FRESH = 50;

  private final ViewPlan plan;
  private final ViewJson json;
  private final Set<TableName> tables;
  private ProcessorContext<byte[], byte[]> context;
  private Engine engine;
  private Snapshot seed;
  private Sensor unreadable;
  private StateSize size;
  private long toldAt;
  private boolean owes;

  @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before process
  ViewProcessor(ViewPlan plan) {
    this.plan = plan;
    this.json = new ViewJson(plan);
    this.tables = plan.tables();
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    KeyValueStore<Bytes, byte[]> store = context.getStateStore(ViewTopology.STORE);
    StreamsState state = new StreamsState(store);
    byte[] seeded = state.get(ViewSeed.SNAPSHOT_KEY);
    this.seed = seeded == null ? Snapshot.NOTHING : Snapshot.read(seeded);
    this.engine = new Engine(plan, state);
    this.size = new StateSize(context, store);
    this.unreadable =
        context
            .metrics()
            .addRateTotalSensor(
                "view", context.taskId().toString(), "unreadable", Sensor.RecordingLevel.INFO);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    CommitBatch batch = CommitBatch.read(record.value());
    boolean touched = false;
    for (int i = 0; i < batch.changes().size(); i++) {
      if (tables.contains(batch.changes().get(i).table())) {
        touched |= apply(record, batch.changes().get(i), i);
      }
    }
    if (touched || owes) {
      List<ViewChange> changes = engine.settle();
      for (ViewChange change : changes) {
        byte[] row =
            change.row() == null
                ? null
                : json.row(change.row(), batch.lsn(), batch.committedMicros());
        context.forward(
            new Record<>(json.key(change.key()), row, record.timestamp()), ViewTopology.ROWS);
      }
      owes = !batch.whole();
      tell(batch, record.timestamp());
    } else if (record.timestamp() - toldAt >= TELL_EVERY) {
      tell(batch, record.timestamp());
    }
  }

  /** Whether the change was one for this view. */
  private boolean apply(Record<byte[], byte[]> batch, CommitBatch.Change change, int place) {
    try {
      Optional<RowChange> parsed = DebeziumJson.parse(change.key(), change.value());
      if (parsed.isEmpty() || seed.sees(parsed.get().source().xid())) {
        return false;
      }
      engine.apply(parsed.get());
      return true;
    } catch (MalformedEventException | EvaluationException e) {
      // The second: an event without its primary key. Neither may stop the view.
      unreadable.record();
      LOG.warn(
          "view {} goes on without a change of {}: {}",
          plan.name(),
          change.table(),
          e.getMessage());
      context.forward(
          DeadLetters.of(
              context,
              batch.withKey(change.key()).withValue(change.value()),
              ViewTopology.stage(plan),
              String.valueOf(e.getMessage()),
              DeadLetter.Part.piece(place)),
          ViewTopology.DEAD_LETTERS);
      return false;
    }
  }

  private void tell(CommitBatch batch, long timestamp) {
    toldAt = timestamp;
    ViewJson.Position position =
        new ViewJson.Position(
            batch.lsn(),
            batch.committedMicros(),
            batch.whole(),
            engine.rows(),
            engine.errors(),
            engine.someErrors(REASONS),
            size.bytes(timestamp));
    context.forward(
        new Record<>(ViewJson.positionKey(), json.position(position), timestamp),
        ViewTopology.ROWS);
    if (context.currentSystemTimeMs() - timestamp < FRESH) {
      context.commit();
    }
  }
}

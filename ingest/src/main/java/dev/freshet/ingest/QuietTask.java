package dev.freshet.ingest;

import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresOffsetContext;
import io.debezium.connector.postgresql.PostgresPartition;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import io.debezium.pipeline.EventDispatcher;
import io.debezium.pipeline.source.spi.DataChangeEventListener;
import java.lang.reflect.Field;
import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Debezium's task without its JMX figures about single events. For those it writes every change as
 * a text that nobody reads, and hands its age to another thread: together a third of the time of
 * the thread that reads the log. There is no setting for it (3.6.3).
 */
final class QuietTask extends PostgresConnectorTask {

  private static final Logger LOG = LoggerFactory.getLogger(QuietTask.class);

  private @Nullable EventDispatcher<PostgresPartition, ?> dispatcher;

  @Override
  public ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext> start(
      Configuration settings) {
    ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext> coordinator =
        super.start(settings);
    dispatcher = dispatcher(coordinator);
    return coordinator;
  }

  @Override
  public List<SourceRecord> doPoll() throws InterruptedException {
    if (dispatcher != null) {
      // Each time: the task sets its own when it begins to read the log, on a thread of its own.
      dispatcher.setEventListener(DataChangeEventListener.NO_OP());
    }
    return super.doPoll();
  }

  /** Null when Debezium keeps it elsewhere: then its figures cost what they cost. */
  @SuppressWarnings("unchecked")
  private static @Nullable EventDispatcher<PostgresPartition, ?> dispatcher(
      ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext> coordinator) {
    try {
      Field field = ChangeEventSourceCoordinator.class.getDeclaredField("eventDispatcher");
      field.setAccessible(true);
      return (EventDispatcher<PostgresPartition, ?>) field.get(coordinator);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.info("the log is read with Debezium's figures about single events: {}", e.toString());
      return null;
    }
  }
}

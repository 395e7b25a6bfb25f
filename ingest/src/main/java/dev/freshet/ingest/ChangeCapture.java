package dev.freshet.ingest;

import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of Debezium's connector task, from a stored position until it is told to stop or fails.
 *
 * <p>It drives the task the way a Kafka Connect worker does, on one thread: poll, send, and once a
 * second store the position of the last change before which Kafka has acknowledged everything.
 * Every change after the stored position comes again with the next run: at least once.
 */
final class ChangeCapture {

  private static final Logger LOG = LoggerFactory.getLogger(ChangeCapture.class);
  private static final Duration STORE_EVERY = Duration.ofSeconds(1);

  /** How soon an idle run sees that it should end, or that the reader failed. */
  private static final Duration LONGEST_IDLE = Duration.ofMillis(100);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration STORE_TIMEOUT = KafkaProducers.DELIVERY_TIMEOUT.plusSeconds(15);

  /** What a run tells the service. */
  interface Listener {
    /** The task reads the log, or waits to try again. */
    void reading(boolean really);

    /** A change is in Kafka; microseconds since 1970. May be called by another thread. */
    void changeArrived(long committedMicros);

    /** A heartbeat, and so every change before it, is in Kafka. */
    void heartbeatArrived();
  }

  private final Map<String, String> settings;
  private final KafkaConnection kafka;
  private final Topics topics;
  private final StoredOffsets format;
  private final CaptureOffsets begin;
  private final CapturePosition position;
  private final Listener listener;
  private @Nullable Map<String, ?> storing;
  private @Nullable Future<RecordMetadata> storeAcknowledgement;
  private @Nullable Map<String, ?> lastStored;
  private long nextStoreNanos = System.nanoTime();

  /**
   * @param settings from {@link ConnectorSettings}
   * @param begin where to go on; without a position it begins where the slot stands
   */
  ChangeCapture(
      Map<String, String> settings,
      KafkaConnection kafka,
      Topics topics,
      CaptureOffsets begin,
      Listener listener) {
    this.settings = settings;
    this.kafka = kafka;
    this.topics = topics;
    this.format = new StoredOffsets(topics);
    this.begin = begin;
    this.position = new CapturePosition(begin.position());
    this.listener = listener;
  }

  /** What is stored by now. May be asked by another thread. */
  CaptureOffsets kept() {
    return new CaptureOffsets(position.stored(), begin.source(), begin.gap());
  }

  /** Runs until {@code closing}; returns when everything sent is acknowledged and stored. */
  void run(BooleanSupplier closing) throws InterruptedException {
    Producer<byte @Nullable [], byte @Nullable []> producer =
        KafkaProducers.open(kafka, "freshet-ingest-" + topics.namespace());
    PostgresConnectorTask task = new QuietTask();
    String run = settings.getOrDefault(ChangeQueue.RUN, "");
    try {
      task.initialize(new TaskContext(settings, position));
      Deliveries deliveries =
          new Deliveries(
              producer, topics.heartbeats(), listener::heartbeatArrived, listener::changeArrived);
      task.start(settings);
      while (!closing.getAsBoolean()) {
        ChangeQueue.awaitChange(run, LONGEST_IDLE);
        List<SourceRecord> batch = task.poll();
        listener.reading(task.getTaskState().name().equals("RUNNING"));
        if (batch != null) {
          for (SourceRecord change : batch) {
            deliveries.send(change);
          }
        }
        deliveries.settle();
        storePosition(producer, task, deliveries);
      }
      deliveries.settleAll();
      finishStoring(producer, task, deliveries);
    } finally {
      stop(task);
      ChangeQueue.forget(run);
      producer.close(CLOSE_TIMEOUT);
    }
  }

  /** Starts to store the position when it is time; the acknowledgement is seen a round later. */
  private void storePosition(
      Producer<byte @Nullable [], byte @Nullable []> producer,
      PostgresConnectorTask task,
      Deliveries deliveries)
      throws InterruptedException {
    if (storeAcknowledgement != null) {
      if (storeAcknowledgement.isDone()) {
        confirmStored(task);
      }
      return;
    }
    if (System.nanoTime() - nextStoreNanos < 0) {
      return;
    }
    Map<String, ?> now = deliveries.position().orElse(null);
    if (now == null || now.equals(lastStored)) {
      return;
    }
    nextStoreNanos = System.nanoTime() + STORE_EVERY.toNanos();
    storing = now;
    storeAcknowledgement =
        producer.send(
            new ProducerRecord<>(topics.captureOffsets(), format.positionKey(), format.write(now)));
  }

  private void confirmStored(PostgresConnectorTask task) throws InterruptedException {
    Future<RecordMetadata> acknowledgement = storeAcknowledgement;
    Map<String, ?> stored = storing;
    if (acknowledgement == null || stored == null) {
      return;
    }
    try {
      acknowledgement.get(STORE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new KafkaException(
          "the position was not stored in " + topics.captureOffsets(),
          e.getCause() == null ? e : e.getCause());
    }
    storeAcknowledgement = null;
    storing = null;
    lastStored = stored;
    position.moveTo(stored);
    task.commit(); // from the next poll on, Postgres may forget what lies before
  }

  private void finishStoring(
      Producer<byte @Nullable [], byte @Nullable []> producer,
      PostgresConnectorTask task,
      Deliveries deliveries)
      throws InterruptedException {
    confirmStored(task);
    nextStoreNanos = System.nanoTime();
    storePosition(producer, task, deliveries);
    confirmStored(task);
  }

  private static void stop(PostgresConnectorTask task) {
    try {
      task.stop();
    } catch (RuntimeException e) {
      LOG.warn("the connector task did not stop cleanly", e);
    }
  }
}

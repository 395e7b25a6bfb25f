package dev.freshet.ingest.requests;

import dev.freshet.events.RequestBatch;
import dev.freshet.events.RequestEvent;
import dev.freshet.runtime.KafkaConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes events to the topic, as binary batches, and waits until Kafka has acknowledged them. At
 * least once: after a failure, some of the events may be there. Thread-safe.
 */
final class EventWriter implements AutoCloseable {

  /** Half of what a broker takes by default. */
  private static final int BATCH_BYTES = 512 << 10;

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
  private static final int RETRY_AFTER_SECONDS = 2;

  private final String topic;
  private final Producer<byte[], byte[]> producer;
  private volatile String problem = "";

  EventWriter(KafkaConnection kafka, String topic) {
    this(topic, open(kafka));
  }

  EventWriter(String topic, Producer<byte[], byte[]> producer) {
    this.topic = topic;
    this.producer = producer;
  }

  private static Producer<byte[], byte[]> open(KafkaConnection kafka) {
    Properties all = kafka.clientProperties("freshet-requests");
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    all.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    all.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, LONGEST_WAIT.toMillis() / 2);
    all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) LONGEST_WAIT.toMillis() / 2);
    all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) LONGEST_WAIT.toMillis());
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Returns when all of them are kept.
   *
   * @throws Refusal when Kafka does not say so in time
   */
  void write(List<RequestEvent> events) throws Refusal {
    long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
    try {
      for (Future<RecordMetadata> sent : send(events)) {
        sent.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
      problem = "";
    } catch (ExecutionException e) {
      throw refusal(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw refusal(e);
    } catch (KafkaException e) {
      throw refusal(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refusal(e);
    }
  }

  /** Why the last write failed; empty when it did not. */
  String problem() {
    return problem;
  }

  private List<Future<RecordMetadata>> send(List<RequestEvent> events) {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    RequestBatch batch = new RequestBatch(BATCH_BYTES);
    for (RequestEvent event : events) {
      if (!batch.add(event)) {
        sent.add(producer.send(new ProducerRecord<>(topic, batch.toBytes())));
        batch.clear();
        batch.add(event);
      }
    }
    if (batch.count() > 0) {
      sent.add(producer.send(new ProducerRecord<>(topic, batch.toBytes())));
    }
    return sent;
  }

  private Refusal refusal(Throwable cause) {
    problem = "Kafka did not acknowledge: " + cause.getClass().getSimpleName();
    return Refusal.forNow(
        503,
        "Kafka did not acknowledge within %d s; send the events again"
            .formatted(LONGEST_WAIT.toSeconds()),
        RETRY_AFTER_SECONDS);
  }

  @Override
  public void close() {
    producer.close(LONGEST_WAIT);
  }
}

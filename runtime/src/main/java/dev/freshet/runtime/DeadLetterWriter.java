package dev.freshet.runtime;

import dev.freshet.events.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes records nobody could read to the dead-letter topic, with their origin. Thread-safe. */
public final class DeadLetterWriter implements AutoCloseable {

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final String stage;
  private final InstantSource clock;

  /** A writer for one stage; its letters are counted. */
  public DeadLetterWriter(
      KafkaConnection kafka, Topics topics, String stage, MeterRegistry registry) {
    this(
        new KafkaProducer<>(
            properties(kafka, topics, stage, registry),
            new ByteArraySerializer(),
            new ByteArraySerializer()),
        topics.deadLetters(),
        stage,
        InstantSource.system());
  }

  DeadLetterWriter(
      Producer<byte[], byte[]> producer, String topic, String stage, InstantSource clock) {
    this.producer = producer;
    this.topic = topic;
    this.stage = stage;
    this.clock = clock;
  }

  private static Properties properties(
      KafkaConnection kafka, Topics topics, String stage, MeterRegistry registry) {
    Properties properties = kafka.clientProperties("freshet-dead-letters-" + stage);
    properties.put("acks", "all");
    properties.put("linger.ms", "0");
    properties.put("max.request.size", Integer.toString(DeadLetters.LARGEST));
    DeadLetterCount.count(properties, topics, stage, registry);
    return properties;
  }

  /**
   * Returns when Kafka has acknowledged the dead letter.
   *
   * @throws FreshetException when it did not within the producer's delivery timeout
   */
  public void write(ConsumerRecord<byte[], byte[]> record, String reason) {
    Future<RecordMetadata> sent =
        producer.send(DeadLetters.of(record, topic, stage, reason, clock.millis()));
    try {
      sent.get();
    } catch (ExecutionException e) {
      throw FreshetException.unreachable(
          "could not write a dead letter to " + topic,
          "%s-%d offset %d: %s"
              .formatted(record.topic(), record.partition(), record.offset(), e.getCause()),
          "the record is kept in its topic and is tried again",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted while writing a dead letter", "", "", e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}

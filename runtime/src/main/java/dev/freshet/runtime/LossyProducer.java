package dev.freshet.runtime;

import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes records that are for people to look at: one that Kafka does not take in time is dropped
 * and counted, and the work that told it goes on. Thread-safe.
 */
public final class LossyProducer implements AutoCloseable {

  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);

  /** Two clients of one name in one process would quarrel about their JMX beans. */
  private static final AtomicInteger OPENED = new AtomicInteger();

  private final Producer<byte @Nullable [], byte @Nullable []> producer;
  private final String topic;
  private final Counter dropped;

  /**
   * @param dropped counts the records that were not written
   */
  public LossyProducer(KafkaConnection kafka, String topic, Counter dropped) {
    this.topic = topic;
    this.dropped = dropped;
    Properties properties =
        kafka.clientProperties(topic + "-publisher-" + OPENED.incrementAndGet());
    properties.put("acks", "1");
    properties.put("enable.idempotence", "false");
    properties.put("linger.ms", "50");
    properties.put("max.block.ms", "2000");
    properties.put("buffer.memory", Integer.toString(4 << 20));
    properties.put("request.timeout.ms", "30000");
    properties.put("delivery.timeout.ms", "30050");
    this.producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Hands a record over; waits 2 s at most, when there is no more room. */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback counts what failed
  public void send(byte @Nullable [] key, byte @Nullable [] value) {
    try {
      producer.send(
          new ProducerRecord<>(topic, key, value),
          (metadata, failure) -> {
            if (failure != null) {
              dropped.increment();
            }
          });
    } catch (KafkaException full) {
      dropped.increment();
    }
  }

  @Override
  public void close() {
    producer.close(LONGEST_CLOSE);
  }
}

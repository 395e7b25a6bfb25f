package dev.freshet.invalidation;

import dev.freshet.events.Applied;
import dev.freshet.events.AppliedJson;
import dev.freshet.runtime.KafkaConnection;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Tells on a topic what the sink did. For people to look at: when Kafka does not take it in time it
 * is dropped and counted, and the sink goes on.
 */
final class AppliedPublisher implements AutoCloseable {

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final Counter dropped;

  AppliedPublisher(KafkaConnection kafka, String topic, MeterRegistry registry) {
    this.topic = topic;
    this.dropped = registry.counter("freshet.invalidation.reports.dropped");
    Properties properties = kafka.clientProperties(topic + "-publisher");
    properties.put("acks", "1");
    properties.put("enable.idempotence", "false");
    properties.put("linger.ms", "50");
    properties.put("max.block.ms", "2000");
    properties.put("buffer.memory", Integer.toString(4 << 20));
    properties.put("delivery.timeout.ms", "30050");
    this.producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback counts what failed
  void accept(Applied applied) {
    byte[] key = Integer.toString(applied.partition()).getBytes(StandardCharsets.UTF_8);
    producer.send(
        new ProducerRecord<>(topic, key, AppliedJson.write(applied)),
        (metadata, failure) -> {
          if (failure != null) {
            dropped.increment();
          }
        });
  }

  @Override
  public void close() {
    producer.close(java.time.Duration.ofSeconds(5));
  }
}

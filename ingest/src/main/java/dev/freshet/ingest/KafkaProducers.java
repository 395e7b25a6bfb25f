package dev.freshet.ingest;

import dev.freshet.runtime.KafkaConnection;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Producers whose acknowledgement means the record is kept. */
final class KafkaProducers {

  /** How long Kafka may be silent before the run ends; the next run sends the same changes. */
  static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(30);

  /** Above the largest row anyone should cache; topics are created with the same limit. */
  static final int LARGEST_RECORD = 16 * 1024 * 1024;

  private KafkaProducers() {}

  static Producer<byte @Nullable [], byte @Nullable []> open(
      KafkaConnection kafka, String clientId) {
    Properties all = kafka.clientProperties(clientId);
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    // What comes while a request is under way goes with the next: batches grow only under load.
    all.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    all.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
    all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY_TIMEOUT.toMillis());
    all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, DELIVERY_TIMEOUT.toMillis());
    all.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_RECORD);
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }
}

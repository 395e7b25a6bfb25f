package dev.freshet.runtime;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * The clients of a topology, made as Kafka Streams itself would make them, and a look at what its
 * consumers have not read yet: Kafka Streams does not tell its processors. The records of one topic
 * may come in {@linkplain RecordPack packs}.
 */
public class ConsumerLags implements KafkaClientSupplier {

  private static final String MAIN = "-consumer";

  private final String packed;

  /** By the name of the thread, which Kafka Streams puts before the client's. */
  private final Map<String, Consumer<byte[], byte[]>> consumers = new ConcurrentHashMap<>();

  /** Every record by itself. */
  public ConsumerLags() {
    this("");
  }

  /**
   * Packs.
   *
   * @param packed the topic whose records come in packs; empty for none
   */
  public ConsumerLags(String packed) {
    this.packed = packed;
  }

  /**
   * Records of a partition that are not read yet; empty while that is not known. To be asked by a
   * processor, on its own thread: a consumer belongs to it.
   */
  public OptionalLong of(String topic, int partition) {
    Consumer<byte[], byte[]> consumer = consumers.get(Thread.currentThread().getName());
    try {
      return consumer == null
          ? OptionalLong.empty()
          : consumer.currentLag(new TopicPartition(topic, partition));
    } catch (IllegalStateException notAssigned) {
      return OptionalLong.empty();
    }
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    Consumer<byte[], byte[]> consumer = packed.isEmpty() ? consumer(config) : packing(config);
    String client = String.valueOf(config.get("client.id"));
    if (client.endsWith(MAIN)) {
      consumers.put(client.substring(0, client.length() - MAIN.length()), consumer);
    }
    return consumer;
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return consumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return consumer(config);
  }

  private Consumer<byte[], byte[]> packing(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()) {
      @Override
      public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        return RecordPack.pack(super.poll(timeout), packed);
      }
    };
  }

  private static Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}

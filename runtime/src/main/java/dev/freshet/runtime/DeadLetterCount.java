package dev.freshet.runtime;

import dev.freshet.events.DeadLetter;
import dev.freshet.events.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Counts dead letters by the stage that wrote them, where every one passes: in the producer. So a
 * topology needs no registry for it.
 *
 * <p>A letter counts when Kafka has taken it; one that is written again after a crash counts again.
 * Thread-safe.
 */
public final class DeadLetterCount implements ProducerInterceptor<byte[], byte[]> {

  private static final String REGISTRY = "freshet.dead.letters.registry";
  private static final String TOPIC = "freshet.dead.letters.topic";

  private @Nullable MeterRegistry registry;
  private String topic = "";

  /**
   * Lets a producer with these properties count; what the user set stays.
   *
   * @param stage shown with 0 from now on: of a counter that begins with 1, Prometheus sees no rise
   */
  public static void count(
      Properties producer, Topics topics, String stage, MeterRegistry registry) {
    count(producer, "", topics, stage, registry);
  }

  /** Lets the producers of a topology with these settings count. */
  static void count(
      Properties settings, String prefix, Topics topics, String stage, MeterRegistry registry) {
    counter(registry, stage);
    String key = prefix + ProducerConfig.INTERCEPTOR_CLASSES_CONFIG;
    Object others = settings.get(key);
    String own = DeadLetterCount.class.getName();
    settings.put(key, others == null ? own : others + "," + own);
    settings.put(prefix + REGISTRY, registry);
    settings.put(prefix + TOPIC, topics.deadLetters());
  }

  @Override
  public void configure(Map<String, ?> configs) {
    registry = (MeterRegistry) configs.get(REGISTRY);
    topic = String.valueOf(configs.get(TOPIC));
  }

  @Override
  public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
    return record;
  }

  @Override
  public void onAcknowledgement(
      @Nullable RecordMetadata metadata, @Nullable Exception failure, Headers headers) {
    if (failure != null
        || metadata == null
        || registry == null
        || !metadata.topic().equals(topic)) {
      return;
    }
    DeadLetter letter = DeadLetter.from(headers);
    if (letter != null) {
      counter(registry, letter.stage()).increment();
    }
  }

  private static Counter counter(MeterRegistry registry, String stage) {
    return Counter.builder("freshet.dead.letters")
        .description("Records that could not be read, by the stage that gave them up")
        .tag("stage", stage)
        .register(registry);
  }

  @Override
  public void close() {}
}

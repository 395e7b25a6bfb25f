package dev.freshet.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.DeadLetter;
import dev.freshet.events.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class DeadLetterCountTest {

  private final Topics topics = new Topics("shop");
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private static Headers letter(String stage) {
    return DeadLetters.with(
        new RecordHeaders(),
        new DeadLetter("requests", 0, 7, 0, stage, "not JSON", 0, DeadLetter.Part.WHOLE));
  }

  private static RecordMetadata in(String topic) {
    return new RecordMetadata(new TopicPartition(topic, 0), 1, 0, 0, 0, 0);
  }

  private double counted(String stage) {
    return registry.counter("freshet.dead.letters", "stage", stage).count();
  }

  @Test
  void everyLetterKafkaTookCountsForItsStage() {
    Properties settings = new Properties();
    settings.put("producer.interceptor.classes", "com.example.Traces");
    Properties all = StreamsService.counted(settings, topics, "slos", registry);
    assertThat(registry.get("freshet.dead.letters").tag("stage", "slos").counter().count())
        .as("there before the first letter")
        .isZero();
    assertThat(all.getProperty("producer.interceptor.classes"))
        .isEqualTo("com.example.Traces," + DeadLetterCount.class.getName());

    Map<String, Object> producer = new HashMap<>();
    all.forEach((key, value) -> producer.put(key.toString().replace("producer.", ""), value));
    DeadLetterCount count = new DeadLetterCount();
    count.configure(producer);
    count.onAcknowledgement(in(topics.deadLetters()), null, letter("materializer-daily"));
    count.onAcknowledgement(in(topics.deadLetters()), null, letter("materializer-daily"));
    count.onAcknowledgement(in(topics.deadLetters()), null, letter("slos"));
    count.onAcknowledgement(in(topics.invalidations()), null, letter("slos")); // sent back
    count.onAcknowledgement(
        in(topics.deadLetters()), new IllegalStateException("refused"), letter("slos"));
    count.onAcknowledgement(null, new IllegalStateException("refused"), new RecordHeaders());
    assertThat(counted("materializer-daily")).isEqualTo(2);
    assertThat(counted("slos")).isEqualTo(1);
  }
}

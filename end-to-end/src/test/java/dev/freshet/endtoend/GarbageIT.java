package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.app.Pipeline;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.DeadLetter;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records nobody can read, on the topics Freshet reads. */
@Timeout(180)
class GarbageIT {

  private static final List<String> GARBAGE =
      List.of("not json", "{", "[]", "\u0000\u0001", "{\"op\":\"u\"}", "{\"kind\":42}");

  @TempDir Path folder;

  @Test
  void garbageGoesToTheDeadLettersWithItsOriginAndTheStreamGoesOn() throws Exception {
    try (EmbeddedStack stack = EmbeddedStack.builder().start();
        Shop shop =
            new Shop(
                stack, folder, Shop.KAFKA + "invalidate:\n  public.items: [ \"item:{id}\" ]\n")) {
      shop.sql(
          "CREATE TABLE items (id int PRIMARY KEY, price int)", "INSERT INTO items VALUES (1, 10)");
      Pipeline pipeline = shop.start();
      Topics topics = shop.config().topics();
      shop.fill("page", "item:1");

      List<RecordMetadata> sent = new ArrayList<>();
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", stack.kafkaBootstrap()),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        for (String topic :
            List.of(topics.changes(new TableName("public", "items")), topics.invalidations())) {
          for (String garbage : GARBAGE) {
            byte[] bytes = garbage.getBytes(StandardCharsets.UTF_8);
            sent.add(producer.send(new ProducerRecord<>(topic, bytes, bytes)).get());
          }
        }
      }
      List<ConsumerRecord<byte[], byte[]>> letters =
          read(stack.kafkaBootstrap(), topics.deadLetters(), sent.size());
      for (int i = 0; i < sent.size(); i++) {
        RecordMetadata origin = sent.get(i);
        ConsumerRecord<byte[], byte[]> letter = letterFrom(origin, letters);
        String garbage = GARBAGE.get(i % GARBAGE.size());
        assertThat(letter.value()).asString(StandardCharsets.UTF_8).isEqualTo(garbage);
        assertThat(letter.key()).asString(StandardCharsets.UTF_8).isEqualTo(garbage);
      }

      shop.sql("UPDATE items SET price = 9");
      shop.awaitGone("page");
      assertThat(pipeline.failures()).isEmpty();
      assertThat(shop.why("shop:{0}:entry:page")).contains("public.items id=1");
    }
  }

  private static ConsumerRecord<byte[], byte[]> letterFrom(
      RecordMetadata origin, List<ConsumerRecord<byte[], byte[]>> letters) {
    return letters.stream()
        .filter(
            letter -> {
              DeadLetter told = Objects.requireNonNull(DeadLetter.from(letter.headers()));
              return told.topic().equals(origin.topic())
                  && told.partition() == origin.partition()
                  && told.offset() == origin.offset()
                  && told.stage().startsWith("invalidation-stream")
                  && !told.reason().isEmpty();
            })
        .findFirst()
        .orElseThrow(() -> new AssertionError("no dead letter from " + origin));
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(
      String bootstrap, String topic, int count) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrap),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      TopicPartition only = new TopicPartition(topic, 0);
      consumer.assign(List.of(only));
      consumer.seekToBeginning(List.of(only));
      List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
      Wait.until(
          count + " records in " + topic,
          () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(all::add);
            return all.size() >= count;
          });
      return all;
    }
  }
}

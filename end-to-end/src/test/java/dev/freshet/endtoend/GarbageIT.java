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

  private static final long WRITTEN = 1_767_225_600_000L; // milliseconds since 1970

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
            ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, null, WRITTEN, bytes, bytes);
            record.headers().add("of-its-own", bytes).add("empty", null);
            sent.add(producer.send(record).get());
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

      lettersAreListedRedrivenOnceAndDropped(shop, stack.kafkaBootstrap(), sent.get(0));

      shop.sql("UPDATE items SET price = 9");
      shop.awaitGone("page");
      assertThat(pipeline.failures()).isEmpty();
      assertThat(shop.why("shop:{0}:entry:page")).contains("public.items id=1");
    }
  }

  private static void lettersAreListedRedrivenOnceAndDropped(
      Shop shop, String bootstrap, RecordMetadata first) throws Exception {
    String topic = shop.config().topics().deadLetters();
    Answer listed = shop.freshet("dlq", "list", "--topic", first.topic());
    assertThat(listed.code()).as(listed.err()).isZero();
    assertThat(shop.freshet("doctor").out())
        .contains(2 * GARBAGE.size() + " records that nobody could read wait in " + topic);
    assertThat(listed.out().lines())
        .hasSize(GARBAGE.size())
        .allMatch(line -> line.contains("invalidation-stream") && line.contains("waiting"));
    String oldest = listed.out().lines().reduce((newer, older) -> older).orElseThrow();
    String id = oldest.substring(0, oldest.indexOf(' '));
    assertThat(shop.freshet("dlq", "show", id).out())
        .contains(first.topic() + "-" + first.partition() + "@" + first.offset())
        .contains("value     not json", "header    of-its-own = not json", "empty = (null)");

    // It is as bad as before, so that it comes back as another letter of another offset.
    assertThat(shop.freshet("dlq", "redrive", id).err()).contains("1 redriven");
    ConsumerRecord<byte[], byte[]> again =
        read(bootstrap, topic, 2 * GARBAGE.size() + 2).stream()
            .filter(record -> record.headers().lastHeader("freshet.redriven") != null)
            .findFirst()
            .orElseThrow();
    DeadLetter letter = Objects.requireNonNull(DeadLetter.from(again.headers()));
    assertThat(letter.topic()).isEqualTo(first.topic());
    assertThat(letter.partition()).isEqualTo(first.partition());
    assertThat(letter.offset()).isGreaterThan(first.offset());
    assertThat(letter.timestampMillis()).isEqualTo(WRITTEN);
    assertThat(again.key()).asString(StandardCharsets.UTF_8).isEqualTo("not json");
    assertThat(DeadLetter.original(again.headers()).toArray())
        .extracting(header -> header.key())
        .containsExactly("of-its-own", "empty", "freshet.redriven");

    assertThat(shop.freshet("dlq", "redrive", id).err()).contains("0 redriven", "--again");
    assertThat(shop.freshet("dlq", "drop", "--topic", first.topic()).err())
        .contains("this would drop " + GARBAGE.size());
    Answer dropped = shop.freshet("dlq", "drop", "--topic", first.topic(), "--yes");
    assertThat(dropped.err()).contains(GARBAGE.size() + " dropped, 1 were settled before");
    assertThat(shop.freshet("dlq", "list", "--topic", first.topic()).out()).isEmpty();
    assertThat(shop.freshet("doctor").out())
        .contains(GARBAGE.size() + " records that", "were redriven or dropped");
    assertThat(shop.freshet("dlq", "list", "--all").out())
        .contains("redriven  ", "dropped   ", "waiting   ");
    assertThat(shop.freshet("dlq", "show", "0:99999").code()).isEqualTo(1);
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
            Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed"),
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

package dev.freshet.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedKafka;
import dev.freshet.embedded.ServerSpec;
import dev.freshet.events.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code freshet record} and {@code freshet replay} on a real broker, as they are typed. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ReplayIT {

  private static final Instant FIRST = Instant.parse("2026-11-23T09:30:00Z");
  private static final int PARTITIONS = 2;
  private static final String REQUESTS = new Topics("shop").requests();

  @TempDir private static Path folder;
  private static EmbeddedKafka kafka;
  private static Path recording;

  @BeforeAll
  static void recordSome() throws Exception {
    kafka =
        new EmbeddedKafka(
            ServerSpec.in(folder, "kafka"), ServerSpec.in(folder, "controller").port());
    kafka.start();
    create(REQUESTS, PARTITIONS);
    Properties properties = properties();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      send(producer, 0, 0, "first");
      send(producer, 1, 400, null);
      send(producer, 0, 800, "third");
    }
    Files.writeString(
        file("freshet.yaml"),
        """
        namespace: shop
        postgres: postgres://freshet@127.0.0.1:1/shop
        kafka: %s
        redis: redis://127.0.0.1:1
        invalidate: { public.products: ["product:{id}"] }
        """
            .formatted(kafka.bootstrap()));
    recording = file("run.frec");
    Typed recorded = freshet("record", REQUESTS, "--until-end", "--out", recording.toString());
    assertThat(recorded.code()).as(recorded.err()).isZero();
    assertThat(recorded.err()).contains("3 records of 2 partitions");
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  private static Path file(String name) {
    return folder.resolve(name);
  }

  private static Properties properties() {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", kafka.bootstrap());
    return properties;
  }

  private static void create(String topic, int partitions) throws Exception {
    try (Admin admin = Admin.create(properties())) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(topic, Optional.of(partitions), Optional.empty())
                      .configs(Map.of("retention.ms", "-1"))))
          .all()
          .get();
    }
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, int partition, long millis, @Nullable String value)
      throws Exception {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            REQUESTS,
            partition,
            FIRST.toEpochMilli() + millis,
            "key".getBytes(UTF_8),
            value == null ? null : value.getBytes(UTF_8));
    record.headers().add("of", Long.toString(millis).getBytes(UTF_8));
    producer.send(record).get();
  }

  private static Typed freshet(String... words) {
    String[] all = Arrays.copyOf(words, words.length + 2);
    all[words.length] = "-c";
    all[words.length + 1] = file("freshet.yaml").toString();
    return Typed.freshet(all);
  }

  private static Typed replay(Path file, String... options) {
    List<String> words = new ArrayList<>(List.of("replay", file.toString()));
    words.addAll(List.of(options));
    return freshet(words.toArray(String[]::new));
  }

  /** Partition, timestamp after the first, key, value, headers: of all partitions of a topic. */
  private static List<String> records(String topic) {
    List<String> found = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            properties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> all =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      assertThat(all).hasSize(PARTITIONS);
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (!ends.entrySet().stream()
          .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          found.add(
              "%d %d %s=%s of %s"
                  .formatted(
                      record.partition(),
                      record.timestamp() - FIRST.toEpochMilli(),
                      new String(record.key(), UTF_8),
                      record.value() == null ? "-" : new String(record.value(), UTF_8),
                      new String(record.headers().lastHeader("of").value(), UTF_8)));
        }
      }
    }
    found.sort(null);
    return found;
  }

  private static List<String> sentInto(String prefix) {
    return records(new Topics(prefix).requests());
  }

  @Test
  void everythingOfARecordComesBackWhereItWas() {
    Typed replayed = replay(recording, "--into", "whole", "--speed", "max");
    assertThat(replayed.code()).as(replayed.err()).isZero();
    assertThat(replayed.err()).contains("created whole.requests", "3 of 3 records sent");
    assertThat(sentInto("whole"))
        .containsExactly("0 0 key=first of 0", "0 800 key=third of 800", "1 400 key=- of 400")
        .isEqualTo(records(REQUESTS));
  }

  @Test
  void thePaceIsThatOfTheTimestampsOrAMultipleOfIt() {
    assertThat(secondsOf("1x")).isGreaterThan(0.8);
    assertThat(secondsOf("4x")).isGreaterThan(0.2);
    assertThat(secondsOf("0.5x")).isGreaterThan(1.6);
  }

  private static double secondsOf(String speed) {
    long begin = System.nanoTime();
    assertThat(replay(recording, "--into", "pace", "--speed", speed).code()).isZero();
    return (System.nanoTime() - begin) / 1e9;
  }

  @Test
  void aStretchOfTimeIsSentAlone() {
    Typed middle = replay(recording, "--into", "part", "--from", "1ms", "--until", "800ms");
    assertThat(middle.err()).contains("1 of 3 records sent");
    assertThat(sentInto("part")).containsExactly("1 400 key=- of 400");
    String from = FIRST.plusMillis(800).toString();
    assertThat(replay(recording, "--into", "part", "--from", from).code()).isZero();
    assertThat(sentInto("part")).containsExactly("0 800 key=third of 800", "1 400 key=- of 400");
  }

  @Test
  void aStretchWithNothingInItIsToldAndMakesNoTopic() throws Exception {
    Typed backwards = replay(recording, "--into", "none", "--from", "2s", "--until", "1s");
    assertThat(backwards.code()).isEqualTo(1);
    assertThat(backwards.err())
        .contains("nothing to send", "--from 2026-11-23T09:30:02Z is not before --until", "show");
    Typed later = replay(recording, "--into", "none", "--from", "1h");
    assertThat(later.code()).isEqualTo(1);
    assertThat(later.err()).contains("no record is in that time", "of 2026-11-23T09:30:00Z");
    try (Admin admin = Admin.create(properties())) {
      assertThat(admin.listTopics().names().get()).noneMatch(name -> name.startsWith("none"));
    }
  }

  @Test
  void whatIsTypedWronglyIsRefusedWithWhatIsRight() {
    wrong("is not a speed like 1x", "--into", "a", "--speed", "fast");
    wrong("is not a speed like 1x", "--into", "a", "--speed", "0x");
    wrong("neither a time like", "--into", "a", "--from", "yesterday");
    wrong("--into is a prefix of topics", "--into", "a b");
    wrong("with --yes", "--speed", "max");
  }

  private static void wrong(String told, String... options) {
    Typed typed = replay(recording, options);
    assertThat(typed.code()).as(told).isEqualTo(2);
    assertThat(typed.err()).contains(told);
  }

  @Test
  void aFileThatIsNotWholeIsRefusedBeforeTheFirstRecord() throws IOException {
    failed(file("missing.frec"), "there is no file", "freshet record");
    byte[] whole = Files.readAllBytes(recording);
    Path noRecording = Files.writeString(file("text.frec"), "hello");
    failed(noRecording, "could not read", "written by: freshet record");
    Path changed = file("changed.frec");
    byte[] other = whole.clone();
    other[whole.length / 4] ^= 1;
    Files.write(changed, other);
    failed(changed, "is damaged", "at byte");
    Path cut = Files.write(file("cut.frec"), Arrays.copyOf(whole, whole.length - 40));
    failed(cut, "is damaged", "--partial");
    Typed partial = replay(cut, "--into", "partial", "--speed", "max", "--partial");
    assertThat(partial.code()).as(partial.err()).isZero();
    assertThat(sentInto("partial")).isEqualTo(records(REQUESTS));
  }

  private static void failed(Path file, String... told) {
    Typed typed = replay(file, "--into", "broken", "--speed", "max");
    assertThat(typed.code()).isEqualTo(1);
    assertThat(typed.err()).contains(told).doesNotContain("bug");
  }

  @Test
  void aTopicThatIsNotThereOrTooSmallIsNamed() throws Exception {
    Typed unknown =
        freshet("record", "shop.nothing", "--until-end", "--out", file("no.frec").toString());
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("there is no topic shop.nothing", "Kafka has ", REQUESTS);
    assertThat(file("no.frec")).doesNotExist();
    create(new Topics("small").requests(), 1);
    Typed small = replay(recording, "--into", "small");
    assertThat(small.code()).isEqualTo(1);
    assertThat(small.err())
        .contains("it has 1 partitions, the recording has 2", "--into with another prefix");
  }
}

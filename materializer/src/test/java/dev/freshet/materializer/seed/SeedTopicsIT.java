package dev.freshet.materializer.seed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedKafka;
import dev.freshet.embedded.ServerSpec;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.TopicProvisioner;
import dev.freshet.runtime.TopicSpec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where in the log a view begins, while the aligner writes to it. */
class SeedTopicsIT {

  private static final Instant SNAPSHOT = Instant.parse("2026-11-23T18:05:23Z");

  @TempDir private static Path folder;
  private static EmbeddedKafka server;
  private static KafkaConnection kafka;

  @BeforeAll
  static void startKafka() {
    server =
        new EmbeddedKafka(
            ServerSpec.in(folder, "kafka"), ServerSpec.in(folder, "controller").port());
    server.start();
    kafka = new KafkaConnection(server.bootstrap(), Map.of());
  }

  @AfterAll
  static void stopKafka() {
    server.close();
  }

  @Test
  void theFirstBatchOfAllIsNotPassedByHoweverItComes() throws Exception {
    Topics topics = topics("first");
    assertThat(startWhileBatchesCome(topics)).isZero();
  }

  @Test
  void aBatchAfterAQuietTimeIsNotPassedBy() throws Exception {
    Topics topics = topics("quiet");
    commit(topics, SNAPSHOT.minus(Duration.ofHours(1)));
    assertThat(startWhileBatchesCome(topics)).isEqualTo(1);
  }

  @Test
  void whatTheSnapshotMayMissComesAgain() throws Exception {
    Topics topics = topics("busy");
    commit(topics, SNAPSHOT.minusSeconds(1));
    commit(topics, SNAPSHOT);
    assertThat(startWhileBatchesCome(topics)).isEqualTo(1);
  }

  private static Topics topics(String namespace) {
    Topics topics = new Topics(namespace);
    TopicProvisioner.ensure(kafka, List.of(new TopicSpec(topics.commits(), 1, Map.of())));
    return topics;
  }

  /** A batch of commits, written at this time. */
  private static void commit(Topics topics, Instant at) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.clientProperties("commits"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer
          .send(new ProducerRecord<>(topics.commits(), 0, at.toEpochMilli(), null, new byte[1]))
          .get();
    }
  }

  /** The offset a view begins at when a batch is written each time Kafka has told an offset. */
  private static long startWhileBatchesCome(Topics topics) throws Exception {
    try (Admin admin = Admin.create(kafka.clientProperties("looking"));
        SeedTopics seeded = new SeedTopics(kafka, topics, interrupted(admin, topics))) {
      seeded.startAt(topics.namespace(), SNAPSHOT);
      return admin
          .listConsumerGroupOffsets(topics.namespace())
          .partitionsToOffsetAndMetadata()
          .get()
          .values()
          .iterator()
          .next()
          .offset();
    }
  }

  private static Admin interrupted(Admin admin, Topics topics) {
    return (Admin)
        Proxy.newProxyInstance(
            Admin.class.getClassLoader(),
            new Class<?>[] {Admin.class},
            (proxy, method, arguments) -> {
              try {
                Object answer = method.invoke(admin, arguments);
                if (answer instanceof ListOffsetsResult offsets) {
                  offsets.all().get();
                  commit(topics, SNAPSHOT.plusSeconds(1));
                }
                return answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}

package dev.freshet.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker is killed while transactions are open, and while others are just being ended. */
@Timeout(120)
class KilledBrokerIT {

  private static final int ROUNDS = 3;
  private static final int WRITERS = 4;
  private static final int COMMITS = 20;
  private static final String TIMEOUT_MILLIS = "2000";

  private final List<TopicPartition> partitions =
      IntStream.range(0, 12).mapToObj(p -> new TopicPartition("rows", p)).toList();
  private final EmbeddedKafka kafka;

  KilledBrokerIT(@TempDir Path temp) {
    kafka = EmbeddedKafka.apart(ServerSpec.in(temp, "kafka"), new Ports().free());
  }

  @Test
  void noTransactionStaysOpen() throws Exception {
    kafka.start();
    try (kafka) {
      try (Admin admin = admin()) {
        admin.createTopics(Set.of(new NewTopic("rows", partitions.size(), (short) 1))).all().get();
      }
      for (int round = 0; round < ROUNDS; round++) {
        killWhileWriting(round);
        kafka.start();
        awaitAllEnded();
      }
    }
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()));
  }

  private void killWhileWriting(int round) throws InterruptedException {
    CountDownLatch committed = new CountDownLatch(WRITERS * COMMITS);
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      String id = round + "-" + i;
      Thread writer = new Thread(() -> write(id, committed), "writer-" + id);
      writer.start();
      writers.add(writer);
    }
    assertThat(committed.await(60, TimeUnit.SECONDS)).isTrue();
    kafka.kill();
    for (Thread writer : writers) {
      writer.interrupt();
      writer.join();
    }
  }

  /** Small transactions one after the other, until it is interrupted or the broker is gone. */
  private void write(String id, CountDownLatch committed) {
    Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", kafka.bootstrap(),
                "transactional.id", id,
                "transaction.timeout.ms", TIMEOUT_MILLIS),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    try {
      producer.initTransactions();
      while (!Thread.currentThread().isInterrupted()) {
        producer.beginTransaction();
        for (TopicPartition p : partitions) {
          Future<RecordMetadata> unused =
              producer.send(new ProducerRecord<>(p.topic(), p.partition(), null, new byte[1]));
        }
        producer.commitTransaction();
        committed.countDown();
      }
    } catch (KafkaException killed) {
      // What this writer was doing is what the test is about.
    } finally {
      boolean unused = Thread.interrupted();
      producer.close(Duration.ZERO);
    }
  }

  /** A reader of committed records gets to the end, though nobody writes any more. */
  private void awaitAllEnded() {
    try (Consumer<byte[], byte[]> all = consumer("read_uncommitted");
        Consumer<byte[], byte[]> committed = consumer("read_committed")) {
      Map<TopicPartition, Long> ends = all.endOffsets(partitions);
      assertThat(Collections.min(ends.values())).isPositive();
      committed.assign(partitions);
      long began = System.nanoTime();
      while (!committed.endOffsets(partitions).equals(all.endOffsets(partitions))
          && System.nanoTime() - began < TimeUnit.SECONDS.toNanos(20)) {
        committed.poll(Duration.ofMillis(100));
      }
      assertThat(committed.endOffsets(partitions)).isEqualTo(all.endOffsets(partitions));
    }
  }

  private Consumer<byte[], byte[]> consumer(String isolation) {
    return new KafkaConsumer<>(
        Map.of("bootstrap.servers", kafka.bootstrap(), "isolation.level", isolation),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}

package dev.freshet.ingest;

import dev.freshet.events.Topics;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * What Kafka knows about where capture stands.
 *
 * @param position Debezium's offset of the last change that is safely in Kafka
 * @param source the database that position belongs to
 * @param gap why changes may have been missed, until everything derived from them is void
 */
record CaptureOffsets(
    Optional<Map<String, Object>> position, Optional<SourceIdentity> source, Optional<String> gap) {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final String REASON = "reason";

  CaptureOffsets(Optional<Map<String, Object>> position, Optional<SourceIdentity> source) {
    this(position, source, Optional.empty());
  }

  /** Reads the offsets topic to its end; the topic must exist. */
  static CaptureOffsets read(KafkaConnection kafka, Topics topics) {
    Properties properties = kafka.clientProperties("freshet-ingest-offsets");
    properties.put("enable.auto.commit", false);
    properties.put("isolation.level", "read_committed");
    properties.put("default.api.timeout.ms", (int) TIMEOUT.toMillis());
    try (Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return read(consumer, topics);
    } catch (KafkaException e) {
      throw FreshetException.unreachable(
          "could not read where capture stands",
          "topic %s at %s: %s".formatted(topics.captureOffsets(), kafka.bootstrap(), e),
          "check that Kafka runs and that these credentials may read the topic",
          e);
    }
  }

  private static CaptureOffsets read(Consumer<byte[], byte[]> consumer, Topics topics) {
    StoredOffsets format = new StoredOffsets(topics);
    List<TopicPartition> partitions =
        consumer.partitionsFor(topics.captureOffsets()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    Optional<Map<String, Object>> position = Optional.empty();
    Optional<SourceIdentity> source = Optional.empty();
    Optional<String> gap = Optional.empty();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      if (System.nanoTime() - deadline > 0) {
        throw new org.apache.kafka.common.errors.TimeoutException(
            "the end of %s was not reached in %d s"
                .formatted(topics.captureOffsets(), TIMEOUT.toSeconds()));
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (format.sameKey(format.positionKey(), record.key())) {
          position = value(record).map(format::read);
        } else if (format.sameKey(format.sourceKey(), record.key())) {
          source = value(record).map(format::read).map(SourceIdentity::of);
        } else if (format.sameKey(format.gapKey(), record.key())) {
          gap = value(record).map(format::read).map(json -> String.valueOf(json.get(REASON)));
        }
      }
    }
    return new CaptureOffsets(position, source, gap);
  }

  private static Optional<byte[]> value(ConsumerRecord<byte[], byte[]> record) {
    return Optional.ofNullable(record.value());
  }

  /** Says which database positions belong to from now on. */
  static void remember(KafkaConnection kafka, Topics topics, SourceIdentity source) {
    StoredOffsets format = new StoredOffsets(topics);
    write(kafka, topics, List.of(Map.entry(format.sourceKey(), format.write(source.toJson()))));
  }

  /** Moves the position by hand; nobody may be capturing. */
  static void moveTo(KafkaConnection kafka, Topics topics, Map<String, Object> position) {
    StoredOffsets format = new StoredOffsets(topics);
    write(kafka, topics, List.of(Map.entry(format.positionKey(), format.write(position))));
  }

  /** Forgets all, so that the next start is a first start. */
  static void forget(KafkaConnection kafka, Topics topics) {
    StoredOffsets format = new StoredOffsets(topics);
    erase(kafka, topics, List.of(format.positionKey(), format.sourceKey(), format.gapKey()));
  }

  /**
   * Forgets the position, and remembers why until {@link #passed}: whoever dies in between finds
   * the reason.
   */
  static void forgetOver(KafkaConnection kafka, Topics topics, Gap gap) {
    StoredOffsets format = new StoredOffsets(topics);
    byte[] reason = format.write(Map.of(REASON, gap.detail()));
    write(kafka, topics, List.of(Map.entry(format.gapKey(), reason)));
    erase(kafka, topics, List.of(format.positionKey()));
  }

  /** Everything derived from the rows before the gap is void. */
  static void passed(KafkaConnection kafka, Topics topics) {
    erase(kafka, topics, List.of(new StoredOffsets(topics).gapKey()));
  }

  private static void erase(KafkaConnection kafka, Topics topics, List<byte[]> keys) {
    Producer<byte @Nullable [], byte @Nullable []> producer =
        KafkaProducers.open(kafka, "freshet-ingest-offsets");
    try (producer) {
      for (byte[] key : keys) {
        await(producer, new ProducerRecord<>(topics.captureOffsets(), key, null));
      }
    }
  }

  private static void write(
      KafkaConnection kafka, Topics topics, List<Map.Entry<byte[], byte[]>> records) {
    Producer<byte @Nullable [], byte @Nullable []> producer =
        KafkaProducers.open(kafka, "freshet-ingest-offsets");
    try (producer) {
      for (Map.Entry<byte[], byte[]> record : records) {
        await(
            producer,
            new ProducerRecord<>(topics.captureOffsets(), record.getKey(), record.getValue()));
      }
    }
  }

  private static void await(
      Producer<byte @Nullable [], byte @Nullable []> producer,
      ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
    try {
      producer.send(record).get(TIMEOUT.toSeconds() * 2, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw FreshetException.unreachable(
          "could not write where capture stands",
          "topic %s: %s".formatted(record.topic(), e.getMessage()),
          "check that Kafka runs and that these credentials may write the topic",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted while writing offsets", "", "", e);
    }
  }
}

package dev.freshet.app.command;

import dev.freshet.app.FreshetConfig;
import dev.freshet.runtime.FreshetException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A look into a topic, without a consumer group: it leaves no trace in Kafka. For one thread.
 *
 * <p>Every method throws {@link FreshetException} when Kafka does not answer within 10 s.
 */
final class TopicReader implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 10_000;
  private static final Duration POLL = Duration.ofMillis(500);

  /** Records of a partition that are looked at in one piece, going backwards. */
  private static final long PIECE = 10_000;

  private final String bootstrap;
  private final Consumer<byte[], byte[]> consumer;

  TopicReader(FreshetConfig config, String clientId) {
    this.bootstrap = config.kafka().bootstrap();
    Properties properties = config.kafka().connection().clientProperties(clientId);
    properties.put("enable.auto.commit", "false");
    properties.put("allow.auto.create.topics", "false");
    properties.put("isolation.level", "read_committed");
    properties.put("auto.offset.reset", "earliest");
    properties.put("default.api.timeout.ms", TIMEOUT_MILLIS);
    this.consumer =
        orUnreachable(
            () ->
                new KafkaConsumer<>(
                    properties, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
  }

  /**
   * The newest record {@code match} accepts, by Kafka's timestamp. Reads backwards in pieces, so a
   * recent one costs little; the retention of the topic is the bound.
   */
  <T> Optional<T> newest(
      String topic, Function<ConsumerRecord<byte[], byte[]>, Optional<T>> match) {
    return orUnreachable(
        () -> {
          List<TopicPartition> partitions = partitions(topic);
          Map<TopicPartition, Long> oldest = consumer.beginningOffsets(partitions);
          Map<TopicPartition, Long> end = new HashMap<>(consumer.endOffsets(partitions));
          Optional<T> found = Optional.empty();
          while (found.isEmpty()) {
            Map<TopicPartition, Long> start = new HashMap<>();
            end.forEach(
                (at, to) -> start.put(at, Math.max(oldest.getOrDefault(at, 0L), to - PIECE)));
            start.entrySet().removeIf(at -> at.getValue() >= end.getOrDefault(at.getKey(), 0L));
            if (start.isEmpty()) {
              return found;
            }
            found = newestBetween(start, end, match);
            end.putAll(start);
          }
          return found;
        });
  }

  private <T> Optional<T> newestBetween(
      Map<TopicPartition, Long> start,
      Map<TopicPartition, Long> end,
      Function<ConsumerRecord<byte[], byte[]>, Optional<T>> match) {
    consumer.assign(start.keySet());
    start.forEach(consumer::seek);
    Optional<T> newest = Optional.empty();
    long newestMillis = Long.MIN_VALUE;
    while (start.keySet().stream()
        .anyMatch(at -> consumer.position(at) < end.getOrDefault(at, 0L))) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        Optional<T> found = match.apply(record);
        if (found.isPresent() && record.timestamp() >= newestMillis) {
          newest = found;
          newestMillis = record.timestamp();
        }
      }
    }
    return newest;
  }

  /**
   * Gives every record from {@code since} (from now when empty) to {@code wanted} until it answers
   * false or the thread is interrupted.
   */
  void follow(
      String topic, Optional<Instant> since, Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
    List<TopicPartition> partitions = partitions(topic);
    orUnreachable(
        () -> {
          consumer.assign(partitions);
          consumer.seekToEnd(partitions);
          since.ifPresent(from -> seekTo(partitions, from));
          partitions.forEach(consumer::position);
          while (!Thread.currentThread().isInterrupted()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
              if (!wanted.test(record)) {
                return true;
              }
            }
          }
          return true;
        });
  }

  /**
   * Gives every record from the beginning on; asks {@code goOn} once all that was there at the
   * beginning has been given, and after every look from then on, until it answers false.
   */
  void table(
      String topic,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> take,
      BooleanSupplier goOn) {
    List<TopicPartition> partitions = partitions(topic);
    orUnreachable(
        () -> {
          Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
          consumer.assign(partitions);
          consumer.seekToBeginning(partitions);
          boolean all = false;
          while (!Thread.currentThread().isInterrupted()) {
            all =
                all
                    || partitions.stream()
                        .allMatch(at -> consumer.position(at) >= end.getOrDefault(at, 0L));
            if (all && !goOn.getAsBoolean()) {
              return true;
            }
            consumer.poll(POLL).forEach(take);
          }
          return true;
        });
  }

  /** Gives every record from {@code since} (the beginning when empty) to the end as it is now. */
  void upToNow(
      String topic,
      Optional<Instant> since,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> take) {
    List<TopicPartition> partitions = partitions(topic);
    orUnreachable(
        () -> {
          Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
          consumer.assign(partitions);
          if (since.isPresent()) {
            consumer.seekToEnd(partitions); // where nothing is that young
            seekTo(partitions, since.get());
          } else {
            consumer.seekToBeginning(partitions);
          }
          while (partitions.stream()
              .anyMatch(at -> consumer.position(at) < end.getOrDefault(at, 0L))) {
            consumer.poll(POLL).forEach(take);
          }
          return true;
        });
  }

  /**
   * Gives the records of some topics, a partition's in order.
   *
   * @param since where to begin: at the end as it is now when empty
   * @param toEnd whether to stop at the end as it is now
   * @param goOn asked after every look, at least twice a second
   */
  void stream(
      Collection<String> topics,
      Optional<Instant> since,
      boolean toEnd,
      BooleanSupplier goOn,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> take) {
    List<TopicPartition> partitions =
        topics.stream().flatMap(topic -> partitions(topic).stream()).toList();
    orUnreachable(
        () -> {
          Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
          consumer.assign(partitions);
          consumer.seekToEnd(partitions);
          since.ifPresent(from -> seekTo(partitions, from));
          partitions.forEach(consumer::position);
          while (goOn.getAsBoolean()
              && !(toEnd
                  && partitions.stream()
                      .allMatch(at -> consumer.position(at) >= end.getOrDefault(at, 0L)))) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
              TopicPartition at = new TopicPartition(record.topic(), record.partition());
              if (!toEnd || record.offset() < end.getOrDefault(at, 0L)) {
                take.accept(record);
              }
            }
          }
          return true;
        });
  }

  /** The record at a place; empty when it is not there any more, or not there yet. */
  Optional<ConsumerRecord<byte[], byte[]>> at(TopicPartition partition, long offset) {
    return orUnreachable(
        () -> {
          List<TopicPartition> one = List.of(partition);
          if (!partitions(partition.topic()).contains(partition)
              || offset < consumer.beginningOffsets(one).getOrDefault(partition, 0L)
              || offset >= consumer.endOffsets(one).getOrDefault(partition, 0L)) {
            return Optional.empty();
          }
          consumer.assign(one);
          consumer.seek(partition, offset);
          Optional<ConsumerRecord<byte[], byte[]>> found = Optional.empty();
          while (found.isEmpty() && consumer.position(partition) <= offset) {
            found = consumer.poll(POLL).records(partition).stream().findFirst();
          }
          return found.filter(record -> record.offset() == offset);
        });
  }

  /** How many partitions each topic of the cluster has. */
  Map<String, Integer> partitionCounts() {
    Map<String, Integer> counts = new HashMap<>();
    orUnreachable(consumer::listTopics)
        .forEach((topic, partitions) -> counts.put(topic, partitions.size()));
    return counts;
  }

  private void seekTo(List<TopicPartition> partitions, Instant from) {
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(at -> times.put(at, from.toEpochMilli()));
    for (Map.Entry<TopicPartition, OffsetAndTimestamp> at :
        consumer.offsetsForTimes(times).entrySet()) {
      if (at.getValue() != null) {
        consumer.seek(at.getKey(), at.getValue().offset());
      }
    }
  }

  private List<TopicPartition> partitions(String topic) {
    List<PartitionInfo> found = orUnreachable(() -> consumer.partitionsFor(topic));
    if (found == null || found.isEmpty()) {
      throw FreshetException.failed(
          "there is no topic " + topic,
          "Kafka at %s has never heard of it".formatted(bootstrap),
          "check the namespace in the config file; freshet run creates the topics",
          null);
    }
    return found.stream().map(at -> new TopicPartition(at.topic(), at.partition())).toList();
  }

  private interface Asking<T> {
    T ask();
  }

  private <T> T orUnreachable(Asking<T> question) {
    try {
      return question.ask();
    } catch (org.apache.kafka.common.errors.InterruptException e) {
      throw FreshetException.failed("interrupted", "", "", e);
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw FreshetException.unreachable(
          "could not read from Kafka",
          "Kafka at %s: %s".formatted(bootstrap, cause.getMessage()),
          "check the address under \"kafka\", and that Kafka runs; try: freshet doctor",
          e);
    }
  }

  @Override
  public void close() {
    // An interrupted thread may still close.
    boolean interrupted = Thread.interrupted();
    consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

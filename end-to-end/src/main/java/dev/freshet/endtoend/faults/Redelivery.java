package dev.freshet.endtoend.faults;

import dev.freshet.events.TableName;
import dev.freshet.invalidation.InvalidationStream;
import dev.freshet.runtime.KafkaConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What Kafka's at-least-once may do to a reader: records come again, late. */
final class Redelivery {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final String LONGEST_MILLIS = "10000";
  private static final int MOST_POLLS = 20;

  private final Site site;

  Redelivery(Site site) {
    this.site = site;
  }

  private Properties properties(String client) {
    KafkaConnection kafka = site.config().kafka().connection();
    Properties all = new KafkaConnection(kafka.bootstrap(), Map.of()).clientProperties(client);
    all.put("default.api.timeout.ms", LONGEST_MILLIS);
    all.put("request.timeout.ms", "5000");
    return all;
  }

  /** Writes the newest records of each partition of the change topics once more. */
  void resend(int records) {
    Properties writes = properties("faults-again");
    writes.put("delivery.timeout.ms", LONGEST_MILLIS);
    writes.put("max.block.ms", LONGEST_MILLIS);
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                properties("faults-newest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(writes, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (ConsumerRecord<byte[], byte[]> record : newest(consumer, records)) {
        var unused =
            producer.send(
                new ProducerRecord<>(
                    record.topic(),
                    record.partition(),
                    record.timestamp(),
                    record.key(),
                    record.value(),
                    record.headers()));
      }
      producer.flush();
    }
  }

  private List<ConsumerRecord<byte[], byte[]>> newest(
      KafkaConsumer<byte[], byte[]> consumer, int records) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (TableName table : site.config().invalidate().keySet()) {
      consumer
          .partitionsFor(site.config().topics().changes(table))
          .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
    }
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    ends.forEach((partition, end) -> consumer.seek(partition, Math.max(0, end - records)));
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    for (int i = 0; i < MOST_POLLS; i++) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset()
            < ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L)) {
          all.add(record);
        }
      }
      if (ends.entrySet().stream().allMatch(e -> consumer.position(e.getKey()) >= e.getValue())) {
        break;
      }
    }
    return all;
  }

  /** Puts the offsets of the stream and of the sink back; nobody may be at work in their groups. */
  void rewind(int records) throws ExecutionException, InterruptedException {
    String namespace = site.config().namespace();
    try (Admin admin = Admin.create(properties("faults-rewind"))) {
      for (String group :
          List.of(namespace + "-" + InvalidationStream.NAME, namespace + "-redis-sink")) {
        // A process that was killed is a member until its session ends.
        admin
            .removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
            .all()
            .get();
        Map<TopicPartition, OffsetAndMetadata> back = new HashMap<>();
        admin
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .get()
            .forEach(
                (partition, committed) ->
                    back.put(
                        partition,
                        new OffsetAndMetadata(
                            Math.max(0, committed.offset() - records), committed.metadata())));
        admin.alterConsumerGroupOffsets(group, back).all().get();
      }
    }
  }
}

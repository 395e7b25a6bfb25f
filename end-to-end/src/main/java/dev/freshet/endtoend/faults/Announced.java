package dev.freshet.endtoend.faults;

import dev.freshet.app.FreshetConfig;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.MalformedEventException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What the invalidation stream said: which transaction made which tag stale. For one thread. */
final class Announced implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final long LOW_32_BITS = 0xFFFF_FFFFL;

  /** A tag that a transaction touched; its low 32 bits, as logical decoding tells them. */
  record Stale(long xid, String tag) {
    Stale {
      xid &= LOW_32_BITS;
    }
  }

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final Set<Stale> said = new HashSet<>();

  Announced(FreshetConfig config) {
    Properties reads = config.kafka().connection().clientProperties("faults-announced");
    reads.remove("group.instance.id");
    this.consumer =
        new KafkaConsumer<>(reads, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.partitions =
        consumer.partitionsFor(config.topics().invalidations()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
  }

  /** Everything said since the last call, up to now. */
  Set<Stale> take() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (!ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        hear(record);
      }
    }
    Set<Stale> all = Set.copyOf(said);
    said.clear();
    return all;
  }

  private void hear(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (InvalidationJson.parse(record.value()) instanceof Invalidation.Stale stale) {
        stale.tags().forEach(tag -> said.add(new Stale(stale.cause().source().xid(), tag)));
      }
    } catch (MalformedEventException e) {
      throw new IllegalStateException("a record nobody can read in " + record.topic(), e);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}

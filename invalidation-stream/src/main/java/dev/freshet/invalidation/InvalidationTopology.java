package dev.freshet.invalidation;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.UsePartitionTimeOnInvalidTimestamp;
import org.jspecify.annotations.Nullable;

/** Row changes in, stale tags and watermarks out. Pure, without state. */
final class InvalidationTopology {

  static final String CHANGES = "changes";
  static final String STALE_TAGS = "stale-tags";
  static final String INVALIDATIONS = "invalidations";
  static final String DEAD_LETTERS = "dead-letters";

  /** Key of a watermark, which goes to every partition. */
  static final byte[] WATERMARK_KEY = "watermark".getBytes(StandardCharsets.UTF_8);

  private InvalidationTopology() {}

  static Topology build(Topics topics, TagRules rules) {
    Set<String> changes =
        rules.tables().stream().map(topics::changes).collect(Collectors.toCollection(TreeSet::new));
    changes.add(topics.heartbeats());
    Topology topology = new Topology();
    topology.addSource(
        AutoOffsetReset.earliest(),
        CHANGES,
        new UsePartitionTimeOnInvalidTimestamp(),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        changes.toArray(String[]::new));
    topology.addProcessor(STALE_TAGS, () -> new StaleTags(topics.namespace(), rules), CHANGES);
    topology.addSink(
        INVALIDATIONS,
        topics.invalidations(),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        new WatermarksToAll(),
        STALE_TAGS);
    topology.addSink(
        DEAD_LETTERS,
        topics.deadLetters(),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        STALE_TAGS);
    return topology;
  }

  /** At least once, and nothing waits for company: a change goes on as soon as it is here. */
  static Properties settings() {
    Properties settings = new Properties();
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
    settings.put(StreamsConfig.producerPrefix("linger.ms"), 0);
    // What comes while a request is under way goes with the next: batches grow only under load.
    settings.put(StreamsConfig.producerPrefix("max.in.flight.requests.per.connection"), 1);
    settings.put(StreamsConfig.producerPrefix("batch.size"), 256 << 10);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
    return settings;
  }

  /** The heartbeat's table, which is a source without a rule. */
  static boolean isHeartbeat(TableName table) {
    return table.equals(Topics.HEARTBEAT_TABLE);
  }

  private static final class WatermarksToAll implements StreamPartitioner<byte[], byte[]> {
    @Override
    public Optional<Set<Integer>> partitions(
        String topic, byte @Nullable [] key, byte @Nullable [] value, int partitions) {
      return Arrays.equals(key, WATERMARK_KEY)
          ? Optional.of(IntStream.range(0, partitions).boxed().collect(Collectors.toSet()))
          : Optional.empty();
    }
  }
}

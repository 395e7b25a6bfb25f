package dev.freshet.metrics;

import dev.freshet.events.Topics;
import dev.freshet.runtime.StreamsService;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.jspecify.annotations.Nullable;

/** Request events in; rows, minutes and dead letters out. */
final class MetricsTopology {

  static final String REQUESTS = "requests";
  static final String COMBINER = "combiner";
  static final String PARTIALS = "partials";
  static final String ALL_PARTIALS = "all-partials";
  static final String MERGER = "merger";
  static final String DEAD_LETTERS = "dead-letters";

  private static final Map<String, String> CHANGELOG =
      Map.of(
          "cleanup.policy", "compact",
          // The segment that is written is never compacted: a small one keeps the log small.
          "segment.bytes", Integer.toString(32 << 20),
          "min.cleanable.dirty.ratio", "0.3");

  private MetricsTopology() {}

  static Topology build(
      Topics topics, MetricsConfig config, Lag lag, AggregatorMeters meters, RouteTotals totals) {
    Topology topology = new Topology();
    StreamsService.readBytes(topology, REQUESTS, topics.requests());
    topology.addProcessor(COMBINER, () -> new Combiner(config, lag, meters), REQUESTS);
    topology.addStateStore(CommitStore.unlogged(Combiner.STORE), COMBINER);
    sink(topology, PARTIALS, topics.latencyPartials(), new NotesToAll(), COMBINER);
    StreamsService.readBytes(topology, ALL_PARTIALS, topics.latencyPartials());
    topology.addProcessor(MERGER, () -> new Merger(config, meters, totals), ALL_PARTIALS);
    topology.addStateStore(
        CommitStore.logged(Merger.STORE, CHANGELOG, config.standbys() > 0), MERGER);
    sink(topology, Merger.ROWS, topics.latency(), new ByService(), MERGER);
    sink(topology, Merger.MINUTES, topics.latencyMinutes(), new ByService(), MERGER);
    topology.addSink(
        DEAD_LETTERS,
        topics.deadLetters(),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        COMBINER,
        MERGER);
    return topology;
  }

  private static void sink(
      Topology topology,
      String name,
      String topic,
      StreamPartitioner<byte[], byte[]> partitioner,
      String parent) {
    topology.addSink(
        name, topic, new ByteArraySerializer(), new ByteArraySerializer(), partitioner, parent);
  }

  /** Exactly once, and large pieces on the way in: a second of delay is what commits cost. */
  static Properties settings(MetricsConfig config) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
    settings.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, config.standbys());
    settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10); // packs of up to 1000
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    settings.put(StreamsConfig.mainConsumerPrefix("max.poll.records"), 5_000);
    settings.put(StreamsConfig.mainConsumerPrefix("fetch.max.bytes"), 8 << 20);
    settings.put(StreamsConfig.mainConsumerPrefix("max.partition.fetch.bytes"), 4 << 20);
    settings.put(StreamsConfig.producerPrefix("linger.ms"), 5);
    // See the views' producers: the first of a transaction may have to be sent again.
    settings.put(StreamsConfig.producerPrefix("max.in.flight.requests.per.connection"), 1);
    settings.put(StreamsConfig.producerPrefix("batch.size"), 256 << 10);
    settings.put(StreamsConfig.producerPrefix("compression.type"), "lz4");
    return settings;
  }

  /** Counts go by service; a note, which has no key, to every partition. */
  private static final class NotesToAll implements StreamPartitioner<byte[], byte[]> {
    @Override
    public Optional<Set<Integer>> partitions(
        String topic, byte @Nullable [] key, byte @Nullable [] value, int partitions) {
      return key == null
          ? Optional.of(IntStream.range(0, partitions).boxed().collect(Collectors.toSet()))
          : Optional.empty();
    }
  }

  /** Everything of a service in one partition: the first string of the key's JSON array. */
  private static final class ByService implements StreamPartitioner<byte[], byte[]> {
    @Override
    public Optional<Set<Integer>> partitions(
        String topic, byte[] key, byte @Nullable [] value, int partitions) {
      int end = 2; // past [ and "
      while (end < key.length && key[end] != '"') {
        end += key[end] == '\\' ? 2 : 1;
      }
      int hash = 0;
      for (int i = 2; i < Math.min(end, key.length); i++) {
        hash = 31 * hash + key[i];
      }
      return Optional.of(Set.of(Utils.toPositive(hash) % partitions));
    }
  }
}

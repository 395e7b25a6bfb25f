package dev.freshet.materializer.stream;

import dev.freshet.events.Topics;
import dev.freshet.materializer.plan.ViewPlan;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Plan to topology: one source, one processor, one store, one sink. Pure. */
public final class ViewTopology {

  /** The view's one store. */
  public static final String STORE = "state";

  static final String COMMITS = "commits";
  static final String VIEW = "view";
  static final String ROWS = "rows";
  static final String DEAD_LETTERS = "dead-letters";
  private static final int LARGEST_RECORD = 64 << 20;

  private ViewTopology() {}

  /** What a view's dead letters name as their stage. */
  public static String stage(ViewPlan plan) {
    return "materializer-" + plan.name();
  }

  /**
   * The topology of a view.
   *
   * @param onDisk whether its state is in RocksDB, or on the heap
   */
  public static Topology build(Topics topics, ViewPlan plan, boolean onDisk) {
    StoreBuilder<KeyValueStore<Bytes, byte[]>> store =
        Stores.keyValueStoreBuilder(
                onDisk
                    ? Stores.persistentKeyValueStore(STORE)
                    : Stores.inMemoryKeyValueStore(STORE),
                Serdes.Bytes(),
                Serdes.ByteArray())
            .withCachingDisabled() // a batch has its own cache, and ends before the commit
            .withLoggingEnabled(Map.of());
    Topology topology = new Topology();
    topology.addSource(
        AutoOffsetReset.earliest(),
        COMMITS,
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        topics.commits());
    topology.addProcessor(VIEW, () -> new ViewProcessor(plan), COMMITS);
    topology.addStateStore(store, VIEW);
    topology.addSink(
        ROWS, topics.view(plan.name()), new ByteArraySerializer(), new ByteArraySerializer(), VIEW);
    topology.addSink(
        DEAD_LETTERS,
        topics.deadLetters(),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        VIEW);
    return topology;
  }

  /** Exactly once, and committed soon. */
  public static Properties settings() {
    Properties settings = new Properties();
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocks.class);
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    settings.put(StreamsConfig.consumerPrefix("fetch.max.wait.ms"), 50);
    settings.put(StreamsConfig.consumerPrefix("max.partition.fetch.bytes"), LARGEST_RECORD);
    settings.put(StreamsConfig.producerPrefix("linger.ms"), 0);
    // The coordinator may still be ending the transaction before: then the first request is sent
    // again, and others that were under way would be refused as out of order.
    settings.put(StreamsConfig.producerPrefix("max.in.flight.requests.per.connection"), 1);
    settings.put(StreamsConfig.producerPrefix("retry.backoff.ms"), 5);
    settings.put(StreamsConfig.producerPrefix("batch.size"), 256 << 10);
    return settings;
  }
}

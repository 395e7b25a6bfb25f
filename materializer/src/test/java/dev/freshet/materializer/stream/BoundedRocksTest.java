package dev.freshet.materializer.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one cache, as RocksDB and Kafka Streams tell of it. */
class BoundedRocksTest {

  private static final int VALUE_BYTES = 64 << 10;

  @TempDir Path state;

  @Test
  void allStoresOfAProcessShareOneCacheAndStayBelowIt() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    BoundedRocks.show(registry);
    double limit = registry.get("freshet.views.memory.limit.bytes").gauge().value();
    try (TopologyTestDriver first = driver("first");
        TopologyTestDriver second = driver("second")) {
      for (TopologyTestDriver driver : List.of(first, second)) {
        KeyValueStore<Bytes, byte[]> store =
            Objects.requireNonNull(driver.getKeyValueStore(ViewTopology.STORE));
        // Of both stores more than may be in memory, written and read back.
        int values = (int) (0.8 * limit / VALUE_BYTES);
        for (int i = 0; i < values; i++) {
          store.put(key(i), incompressible(i));
        }
        for (int i = 0; i < values; i++) {
          assertThat(store.get(key(i))).hasSize(VALUE_BYTES);
        }
      }
      double used = registry.get("freshet.views.memory.bytes").gauge().value();
      assertThat(used).as("of %,.0f bytes", limit).isBetween(limit / 10, limit * 1.1);
      assertThat(sizes(first, "block-cache-capacity")).containsExactly((long) limit);
      assertThat(sizes(second, "block-cache-capacity")).containsExactly((long) limit);
      assertThat(sizes(first, "block-cache-usage"))
          .as("told by two stores, of one cache")
          .isEqualTo(sizes(second, "block-cache-usage"));
    }
  }

  private TopologyTestDriver driver(String name) {
    Topology topology = new Topology();
    topology.addSource(
        "in", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "commits-of-" + name);
    topology.addProcessor(
        "view",
        () ->
            new Processor<byte[], byte[], byte[], byte[]>() {
              @Override
              public void process(Record<byte[], byte[]> record) {}
            },
        "in");
    topology.addStateStore(
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(ViewTopology.STORE), Serdes.Bytes(), Serdes.ByteArray()),
        "view");
    Properties settings = ViewTopology.settings();
    settings.put("application.id", name);
    settings.put("bootstrap.servers", "none:1");
    settings.put("state.dir", state.resolve(name).toString());
    return new TopologyTestDriver(topology, settings);
  }

  private static Bytes key(int i) {
    return Bytes.wrap("key-%08d".formatted(i).getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static byte[] incompressible(int seed) {
    byte[] bytes = new byte[VALUE_BYTES];
    new java.util.Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static Set<Long> sizes(TopologyTestDriver driver, String metric) {
    return new ArrayList<>(driver.metrics().entrySet())
        .stream()
            .filter(entry -> entry.getKey().name().equals(metric))
            .map(entry -> ((Number) entry.getValue().metricValue()).longValue())
            .collect(Collectors.toSet());
  }
}

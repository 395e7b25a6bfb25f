package dev.freshet.endtoend.bench;

import com.tdunning.math.stats.MergingDigest;
import com.tdunning.math.stats.TDigest;
import dev.freshet.events.RequestFields;
import dev.freshet.events.RequestReader;
import dev.freshet.events.Topics;
import dev.freshet.runtime.TopicSpec;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The same question the usual way: a hopping window of a minute every five seconds, per route, with
 * a t-digest as its value. Events come keyed by route, so nothing is repartitioned.
 */
final class HoppingDigest {

  private static final double COMPRESSION = 100;
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final Duration HOP = Duration.ofSeconds(5);
  private static final Duration GRACE = Duration.ofSeconds(15);

  /** Windows that each event is in. */
  static final int WINDOWS = (int) WINDOW.dividedBy(HOP);

  private HoppingDigest() {}

  static String applicationId(String namespace) {
    return namespace + "-hopping";
  }

  private static String output(String namespace) {
    return namespace + "-hopping-rows";
  }

  static List<TopicSpec> topics(String namespace) {
    return List.of(TopicSpec.table(output(namespace), RequestsData.PARTITIONS));
  }

  static Properties settings() {
    Properties settings = new Properties();
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
    settings.put(StreamsConfig.mainConsumerPrefix("max.poll.records"), 5_000);
    settings.put(
        StreamsConfig.STATE_DIR_CONFIG,
        System.getProperty("java.io.tmpdir") + "/freshet-bench-" + ProcessHandle.current().pid());
    return settings;
  }

  /** The topology; {@code updates} counts windows updated: each event is in {@link #WINDOWS}. */
  static Topology topology(Topics topics, String namespace, LongAdder updates) {
    Timed times = new Timed();
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(
            topics.requests(),
            Consumed.with(Serdes.String(), Serdes.ByteArray()).withTimestampExtractor(times))
        .groupByKey(Grouped.with(Serdes.String(), Serdes.ByteArray()))
        .windowedBy(TimeWindows.ofSizeAndGrace(WINDOW, GRACE).advanceBy(HOP))
        .aggregate(
            () -> TDigest.createMergingDigest(COMPRESSION),
            (route, event, digest) -> {
              digest.add(times.millis(event));
              updates.increment();
              return digest;
            },
            Materialized.<String, TDigest>as(
                    org.apache.kafka.streams.state.Stores.persistentTimestampedWindowStore(
                        "digests", WINDOW.plus(GRACE).plus(HOP), WINDOW, false))
                .withKeySerde(Serdes.String())
                .withValueSerde(digests()))
        .toStream((window, digest) -> window.key() + "@" + window.window().start())
        .mapValues(
            digest ->
                "{\"n\":%d,\"p50\":%s,\"p95\":%s,\"p99\":%s}"
                    .formatted(
                        digest.size(),
                        digest.quantile(0.5),
                        digest.quantile(0.95),
                        digest.quantile(0.99))
                    .toLowerCase(Locale.ROOT))
        .to(output(namespace), Produced.with(Serdes.String(), Serdes.String()));
    return builder.build();
  }

  private static Serde<TDigest> digests() {
    return Serdes.serdeFrom(
        (topic, digest) -> {
          ByteBuffer bytes = ByteBuffer.allocate(digest.smallByteSize());
          digest.asSmallBytes(bytes);
          return bytes.array();
        },
        (topic, bytes) -> MergingDigest.fromBytes(ByteBuffer.wrap(bytes)));
  }

  /** Reads an event's time, then its duration, with Freshet's own parser. */
  private static final class Timed implements TimestampExtractor, RequestReader.Sink {
    private final RequestReader reader = new RequestReader();
    private long time;
    private double millis;

    @Override
    public long extract(
        org.apache.kafka.clients.consumer.ConsumerRecord<Object, Object> record, long before) {
      reader.read((byte[]) record.value(), record.timestamp(), this);
      return time;
    }

    double millis(byte[] event) {
      reader.read(event, 0, this);
      return millis;
    }

    @Override
    public void request(RequestFields event) {
      time = event.timeMillis();
      millis = event.durationNanos() / 1e6;
    }

    @Override
    public void rejected(int index, String reason, int offset, int length) {
      throw new IllegalStateException(reason);
    }
  }
}

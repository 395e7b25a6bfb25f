package dev.freshet.metrics.slo;

import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.SinkService;
import dev.freshet.runtime.StreamsService;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.Stores;

/** The front door of objectives: minutes in, alerts out, and on to webhooks. */
public final class SloAlerts {

  /**
   * What a platform should reach when its config says nothing else, as in the config file: 95 % of
   * the requests within half a second, one error in a thousand, four hits in five.
   */
  public static final String DEFAULTS =
      "{ latency: { indicator: latency, threshold: 500ms, objective: 0.95 },"
          + " errors: { indicator: errors, objective: 0.999 },"
          + " cache: { indicator: cache, objective: 0.8 } }";

  /** What users call this role. */
  public static final String NAME = "slo-alerts";

  /** Minutes that nobody has read after that are too old to matter. */
  private static final long MINUTES_KEPT_MILLIS = Duration.ofDays(2).toMillis();

  private static final long MOST_MINUTES_BYTES = 64 << 20;

  private SloAlerts() {}

  /** The topics it writes; one partition each, so that every alert has one owner. */
  public static List<TopicSpec> topics(Topics topics) {
    return List.of(
        TopicSpec.log(topics.sloMinutes(), 1, MINUTES_KEPT_MILLIS, MOST_MINUTES_BYTES),
        TopicSpec.table(topics.alerts(), 1));
  }

  /** Minutes to alerts; a pure function of its arguments. */
  public static Topology topology(Topics topics, Map<String, Slo> slos, MeterRegistry registry) {
    return topology(topics, slos, Patience.STANDARD, registry);
  }

  private static Topology topology(
      Topics topics, Map<String, Slo> slos, Patience patience, MeterRegistry registry) {
    Map<String, Slo> copy = Map.copyOf(slos);
    Topology topology = new Topology();
    StreamsService.readBytes(topology, "minutes", topics.latencyMinutes());
    topology.addProcessor("parts", () -> new MinuteProcessor(copy), "minutes");
    ByteArraySerializer bytes = new ByteArraySerializer();
    topology.addSink(
        MinuteProcessor.MINUTES, topics.sloMinutes(), bytes, bytes, new ToOneOwner(), "parts");
    StreamsService.readBytes(topology, "all-minutes", topics.sloMinutes());
    topology.addProcessor("slos", () -> new SloProcessor(copy, patience, registry), "all-minutes");
    topology.addStateStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(SloProcessor.STORE),
                Serdes.String(),
                Serdes.ByteArray())
            .withLoggingEnabled(Map.of("cleanup.policy", "compact")),
        "slos");
    topology.addSink(SloProcessor.ALERTS, topics.alerts(), bytes, bytes, "slos");
    // A sink that both wrote to would make them one part, with as many tasks as there are minutes'
    // partitions.
    topology.addSink(MinuteProcessor.DEAD_LETTERS, topics.deadLetters(), bytes, bytes, "parts");
    topology.addSink(SloProcessor.DEAD_LETTERS, topics.deadLetters(), bytes, bytes, "slos");
    return topology;
  }

  /** One partition, even of a topic that somebody made with more. */
  private static final class ToOneOwner implements StreamPartitioner<byte[], byte[]> {
    @Override
    public Optional<Set<Integer>> partitions(
        String topic, byte[] key, byte[] value, int partitions) {
      return Optional.of(Set.of(0));
    }
  }

  /** The services, none when there is no objective. */
  public static List<Service> services(
      Topics topics,
      Map<String, Slo> slos,
      AlertsConfig alerts,
      KafkaConnection kafka,
      MeterRegistry registry) {
    return services(topics, slos, Patience.STANDARD, alerts, kafka, registry);
  }

  static List<Service> services(
      Topics topics,
      Map<String, Slo> slos,
      Patience patience,
      AlertsConfig alerts,
      KafkaConnection kafka,
      MeterRegistry registry) {
    List<Service> services = new ArrayList<>();
    if (!slos.isEmpty()) {
      Properties settings = new Properties();
      settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
      settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
      services.add(
          new StreamsService(
              NAME,
              topics.namespace() + "-" + NAME,
              topology(topics, slos, patience, registry),
              kafka,
              StreamsService.counted(settings, topics, NAME, registry),
              registry));
    }
    for (Webhook webhook : alerts.webhooks()) {
      services.add(webhook(topics, webhook, alerts, kafka, registry));
    }
    return services;
  }

  private static Service webhook(
      Topics topics,
      Webhook webhook,
      AlertsConfig alerts,
      KafkaConnection kafka,
      MeterRegistry registry) {
    String name = "webhook-" + webhook.id();
    AddressGuard guard = new AddressGuard(Set.copyOf(alerts.privateHosts()));
    return new SinkService(
        name,
        topics.alerts(),
        topics.namespace() + "-" + name,
        kafka,
        1, // each may take as long as a webhook's timeout, and Kafka waits minutes for the next
        // poll
        () ->
            new WebhookSink(
                webhook,
                alerts.giveUpAfter(),
                new HttpPost(guard, alerts.timeout()),
                registry,
                InstantSource.system()));
  }
}

package dev.freshet.metrics;

import dev.freshet.events.Topics;
import dev.freshet.runtime.ConsumerLags;
import dev.freshet.runtime.DeadLetters;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.StreamsService;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.Topology;

/** The front door of the role: its topology, its topics, its services. */
public final class MetricsAggregator {

  /** What users call this role. */
  public static final String NAME = "metrics-aggregator";

  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
  private static final long MIB = 1 << 20;

  private MetricsAggregator() {}

  /** Request events to rows and minutes; a pure function of its arguments. */
  public static Topology topology(Topics topics, MetricsConfig config) {
    return MetricsTopology.build(
        topics,
        config,
        Lag.NONE,
        new AggregatorMeters(new SimpleMeterRegistry()),
        new RouteTotals(0));
  }

  /** The topics this role writes; the one of requests belongs to those who send them. */
  public static List<TopicSpec> topics(Topics topics, MetricsConfig config) {
    return List.of(
        TopicSpec.log(topics.latencyPartials(), config.partitions(), DAY_MILLIS, 256 * MIB),
        TopicSpec.table(topics.latency(), 1),
        new TopicSpec(
            topics.latencyMinutes(),
            config.partitions(),
            Map.of(
                "cleanup.policy", "compact,delete",
                "retention.ms", Long.toString(2 * DAY_MILLIS),
                "segment.ms", Long.toString(DAY_MILLIS / 24))),
        DeadLetters.topic(topics));
  }

  /** The role's services in the order to start them. */
  public static List<Service> services(
      Topics topics, MetricsConfig config, KafkaConnection kafka, MeterRegistry registry) {
    return List.of(service(topics, config, kafka, registry, MetricsTopology.settings(config)));
  }

  /** The stream alone, with these settings of Kafka Streams. */
  static StreamsService service(
      Topics topics,
      MetricsConfig config,
      KafkaConnection kafka,
      MeterRegistry registry,
      Properties settings) {
    String requests = topics.requests();
    ConsumerLags lags = new ConsumerLags(requests);
    Topology topology =
        MetricsTopology.build(
            topics,
            config,
            partition -> lags.of(requests, partition),
            new AggregatorMeters(registry),
            RouteTotals.shownIn(registry));
    return new StreamsService(
        NAME,
        topics.namespace() + "-" + NAME,
        topology,
        kafka,
        StreamsService.counted(settings, topics, NAME, registry),
        registry,
        lags);
  }
}

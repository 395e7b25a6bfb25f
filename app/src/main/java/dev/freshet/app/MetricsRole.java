package dev.freshet.app;

import dev.freshet.ingest.requests.RequestIngest;
import dev.freshet.metrics.AggregatorCheck;
import dev.freshet.metrics.MetricsAggregator;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.streams.Topology;

/** Request events to rolling latencies. */
final class MetricsRole implements Role {

  @Override
  public String name() {
    return MetricsAggregator.NAME;
  }

  @Override
  public String sentence() {
    return "Turns request events into rolling latency, error and hit rates.";
  }

  @Override
  public List<TopicSpec> topics(FreshetConfig config) {
    // What it reads as well: Kafka Streams does not start on a topic that is not there yet.
    return Stream.concat(
            RequestIngest.topics(config.requests(), config.topics()).stream(),
            MetricsAggregator.topics(config.topics(), config.metrics()).stream())
        .distinct()
        .toList();
  }

  @Override
  public List<CheckResult> checks(FreshetConfig config) {
    return AggregatorCheck.run(config.topics(), config.kafka().connection());
  }

  @Override
  public List<CheckResult> checksBeforeStart(FreshetConfig config) {
    return List.of();
  }

  @Override
  public List<Service> services(FreshetConfig config, MeterRegistry registry, Stages stages) {
    return MetricsAggregator.services(
        config.topics(), config.metrics(), config.kafka().connection(), registry);
  }

  @Override
  public Optional<Topology> topology(FreshetConfig config) {
    return Optional.of(MetricsAggregator.topology(config.topics(), config.metrics()));
  }
}

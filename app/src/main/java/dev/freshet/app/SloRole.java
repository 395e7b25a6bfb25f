package dev.freshet.app;

import dev.freshet.metrics.MetricsAggregator;
import dev.freshet.metrics.slo.SloAlerts;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.streams.Topology;

/** Minutes of requests to alerts, and alerts to webhooks. */
final class SloRole implements Role {

  @Override
  public String name() {
    return SloAlerts.NAME;
  }

  @Override
  public String sentence() {
    return "Judges objectives by the minute, writes alerts and posts them to webhooks.";
  }

  @Override
  public List<TopicSpec> topics(FreshetConfig config) {
    return config.slos().isEmpty() && config.alerts().webhooks().isEmpty()
        ? List.of()
        // What it reads as well: Kafka Streams does not start on a topic that is not there yet.
        : Stream.concat(
                MetricsAggregator.topics(config.topics(), config.metrics()).stream(),
                SloAlerts.topics(config.topics()).stream())
            .distinct()
            .toList();
  }

  @Override
  public List<CheckResult> checks(FreshetConfig config) {
    return List.of();
  }

  @Override
  public List<Service> services(FreshetConfig config, MeterRegistry registry, Stages stages) {
    return SloAlerts.services(
        config.topics(), config.slos(), config.alerts(), config.kafka().connection(), registry);
  }

  @Override
  public Optional<Topology> topology(FreshetConfig config) {
    return config.slos().isEmpty()
        ? Optional.empty()
        : Optional.of(
            SloAlerts.topology(config.topics(), config.slos(), new SimpleMeterRegistry()));
  }
}

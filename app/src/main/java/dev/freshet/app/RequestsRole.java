package dev.freshet.app;

import dev.freshet.ingest.requests.RequestIngest;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/** Answered requests over HTTP and OTLP to Kafka. */
final class RequestsRole implements Role {

  @Override
  public String name() {
    return "requests";
  }

  @Override
  public String sentence() {
    return "Takes request events over HTTP and OTLP and writes them to Kafka; off by default.";
  }

  @Override
  public List<TopicSpec> topics(FreshetConfig config) {
    return RequestIngest.topics(config.requests(), config.topics());
  }

  @Override
  public List<CheckResult> checks(FreshetConfig config) {
    return List.of();
  }

  @Override
  public List<Service> services(FreshetConfig config, MeterRegistry registry, Stages stages) {
    return RequestIngest.services(
        config.requests(), config.kafka().connection(), config.topics(), registry);
  }
}

package dev.freshet.app;

import dev.freshet.ingest.requests.RequestIngest;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicSpec;
import dev.freshet.runtime.health.HealthTopic;
import dev.freshet.runtime.health.HealthWatch;
import dev.freshet.runtime.health.KafkaProbe;
import dev.freshet.runtime.health.Probe;
import dev.freshet.runtime.health.ProcessProbe;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What every process has besides the services of its roles. */
final class Surroundings {

  private Surroundings() {}

  /** The topics it writes. */
  static List<TopicSpec> topics(FreshetConfig config) {
    List<TopicSpec> all = new ArrayList<>();
    all.add(HealthTopic.topic(config.topics()));
    if (config.monitoring().stages()) {
      all.addAll(RequestIngest.topics(config.requests(), config.topics()));
    }
    return all;
  }

  /** Where durations of the way go; nowhere when the config does not want them. */
  static Stages stages(FreshetConfig config, MeterRegistry registry) {
    return config.monitoring().stages()
        ? Stages.to(config.kafka().connection(), config.topics().requests(), registry)
        : Stages.off();
  }

  /** Looks at this process, at Kafka and at what these roles work with. */
  static Service health(
      FreshetConfig config,
      List<Role> roles,
      Supplier<List<Service>> services,
      MeterRegistry registry) {
    KafkaConnection kafka = config.kafka().connection();
    List<Probe> probes = new ArrayList<>();
    probes.add(new ProcessProbe(services));
    probes.add(new KafkaProbe(kafka, config.namespace()));
    roles.forEach(role -> probes.addAll(role.probes(config)));
    return new HealthWatch(
        probes,
        config.monitoring().byFigure(),
        config.monitoring().every(),
        InstantSource.system(),
        new HealthTopic(kafka, config.topics(), registry),
        registry);
  }
}

package dev.freshet.app;

import dev.freshet.events.Topics;
import dev.freshet.ingest.Ingest;
import dev.freshet.invalidation.InvalidationStream;
import dev.freshet.invalidation.RedisCheck;
import dev.freshet.invalidation.RedisProbe;
import dev.freshet.invalidation.TagRules;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicSpec;
import dev.freshet.runtime.health.Probe;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.streams.Topology;

/** Row changes to stale tags to Redis deletes. */
final class InvalidationRole implements Role {

  @Override
  public String name() {
    return InvalidationStream.NAME;
  }

  @Override
  public String sentence() {
    return "Turns row changes into stale tags and deletes what carries them from Redis.";
  }

  @Override
  public List<TopicSpec> topics(FreshetConfig config) {
    // What it reads as well: Kafka Streams does not start on a topic that is not there yet.
    List<TopicSpec> changes =
        Ingest.topics(config.ingest(), config.topics(), config.invalidate().keySet());
    return Stream.concat(
            changes.stream(),
            InvalidationStream.topics(config.topics(), config.invalidation()).stream())
        .toList();
  }

  @Override
  public List<CheckResult> checks(FreshetConfig config) {
    return RedisCheck.run(config.redis().uri());
  }

  @Override
  public List<Service> services(FreshetConfig config, MeterRegistry registry, Stages stages) {
    return InvalidationStream.services(
        config.topics(),
        new TagRules(config.invalidate()),
        config.invalidation(),
        config.kafka().connection(),
        config.redis().uri(),
        registry,
        stages);
  }

  @Override
  public List<Probe> probes(FreshetConfig config) {
    return List.of(new RedisProbe(config.redis().uri()));
  }

  @Override
  public Optional<Topology> topology(FreshetConfig config) {
    Topics topics = config.topics();
    return Optional.of(InvalidationStream.topology(topics, new TagRules(config.invalidate())));
  }
}

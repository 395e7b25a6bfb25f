package dev.freshet.app;

import dev.freshet.ingest.Ingest;
import dev.freshet.ingest.PostgresCheck;
import dev.freshet.invalidation.TagRules;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/** Postgres's log to row changes on Kafka. */
final class IngestRole implements Role {

  @Override
  public String name() {
    return "ingest";
  }

  @Override
  public String sentence() {
    return "Captures row changes from Postgres's log and writes them to Kafka, a topic per table.";
  }

  @Override
  public List<TopicSpec> topics(FreshetConfig config) {
    return Ingest.topics(config.ingest(), config.topics(), config.invalidate().keySet());
  }

  @Override
  public List<CheckResult> checks(FreshetConfig config) {
    return PostgresCheck.run(
        config.ingest(),
        config.postgres(),
        config.topics(),
        new TagRules(config.invalidate()).columnsNeededBefore());
  }

  /** None: its service checks the same things while it starts. */
  @Override
  public List<CheckResult> checksBeforeStart(FreshetConfig config) {
    return List.of();
  }

  @Override
  public List<Service> services(FreshetConfig config, MeterRegistry registry) {
    return List.of(
        Ingest.service(
            config.ingest(),
            config.postgres(),
            config.kafka().connection(),
            config.topics(),
            new TagRules(config.invalidate()).columnsNeededBefore()));
  }
}

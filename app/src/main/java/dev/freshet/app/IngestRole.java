package dev.freshet.app;

import dev.freshet.events.TableName;
import dev.freshet.ingest.ConnectCheck;
import dev.freshet.ingest.Ingest;
import dev.freshet.ingest.PostgresCheck;
import dev.freshet.ingest.PostgresProbe;
import dev.freshet.ingest.pgbouncer.PgBouncerProbe;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicSpec;
import dev.freshet.runtime.health.Probe;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    return Ingest.topics(config.ingest(), config.topics(), Views.captured(config));
  }

  @Override
  public List<CheckResult> checks(FreshetConfig config) {
    Map<TableName, Set<String>> tables = CapturedTables.of(config);
    List<CheckResult> all =
        new ArrayList<>(
            PostgresCheck.run(config.ingest(), config.postgres(), config.topics(), tables));
    all.addAll(
        ConnectCheck.run(config.ingest(), config.postgres(), config.topics(), tables.keySet()));
    return all;
  }

  /** None: its service checks the same things while it starts. */
  @Override
  public List<CheckResult> checksBeforeStart(FreshetConfig config) {
    return List.of();
  }

  @Override
  public List<Service> services(FreshetConfig config, MeterRegistry registry, Stages stages) {
    return List.of(
        Ingest.service(
            config.ingest(),
            config.postgres(),
            config.kafka().connection(),
            config.topics(),
            CapturedTables.of(config),
            stages,
            registry,
            new Renewal(config)));
  }

  @Override
  public List<Probe> probes(FreshetConfig config) {
    List<Probe> all = new ArrayList<>();
    all.add(new PostgresProbe(config.postgres()));
    config.monitoring().pgbouncer().map(PgBouncerProbe::new).ifPresent(all::add);
    return all;
  }
}

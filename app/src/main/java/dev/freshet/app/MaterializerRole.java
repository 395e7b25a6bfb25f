package dev.freshet.app;

import dev.freshet.ingest.Ingest;
import dev.freshet.invalidation.InvalidationStream;
import dev.freshet.materializer.Materializer;
import dev.freshet.materializer.refresh.MaterializedView;
import dev.freshet.materializer.refresh.RefreshService;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Row changes and SQL to view rows in Postgres. */
final class MaterializerRole implements Role {

  @Override
  public String name() {
    return Materializer.NAME;
  }

  @Override
  public String sentence() {
    return "Keeps the views: their rows in Postgres follow every commit of the tables they read.";
  }

  @Override
  public List<TopicSpec> topics(FreshetConfig config) {
    List<View> views = Views.of(config);
    List<TopicSpec> all = new ArrayList<>(Materializer.topics(config.topics(), views));
    if (!views.isEmpty() || !config.refresh().views().isEmpty()) {
      all.addAll(InvalidationStream.topics(config.topics(), config.invalidation()));
      all.addAll(Ingest.topics(config.ingest(), config.topics(), Views.captured(config, views)));
    }
    return all;
  }

  @Override
  public List<CheckResult> checks(FreshetConfig config) {
    try {
      int count = Views.of(config).size();
      int refreshed = Views.refreshed(config).size();
      return count + refreshed == 0
          ? List.of()
          : List.of(
              CheckResult.ok(
                  "views",
                  "%d views are understood, %d are refreshed".formatted(count, refreshed)));
    } catch (FreshetException refused) {
      return List.of(
          CheckResult.fail(
              "views", refused.getMessage() + "\n" + refused.detail(), refused.hint()));
    }
  }

  /**
   * None: the names of its topics come from the compiled views, so that a refusal is told there.
   */
  @Override
  public List<CheckResult> checksBeforeStart(FreshetConfig config) {
    return List.of();
  }

  @Override
  public List<Service> services(FreshetConfig config, MeterRegistry registry, Stages stages) {
    List<Service> services =
        new ArrayList<>(
            Materializer.services(
                config.topics(),
                Views.of(config),
                config.materializer(),
                config.kafka().connection(),
                config.postgres(),
                Views.gate(config),
                registry,
                stages));
    List<MaterializedView> refreshed = Views.refreshed(config);
    if (!refreshed.isEmpty()) {
      services.add(
          new RefreshService(
              config.topics(),
              config.kafka().connection(),
              new Database(config.postgres()),
              refreshed,
              config.refresh(),
              registry,
              InstantSource.system()));
    }
    return services;
  }
}

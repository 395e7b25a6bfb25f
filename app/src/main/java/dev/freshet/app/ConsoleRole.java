package dev.freshet.app;

import dev.freshet.console.Console;
import dev.freshet.console.api.Setup;
import dev.freshet.events.TagTemplate;
import dev.freshet.metrics.slo.Slo;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicSpec;
import dev.freshet.runtime.health.Figure;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Topics to an HTTP API, a live stream and a dashboard. */
final class ConsoleRole implements Role {

  private static final Duration SHORTEST_SILENCE = Duration.ofSeconds(30);
  private static final int LATE_BEATS = 3;

  @Override
  public String name() {
    return Console.NAME;
  }

  @Override
  public String sentence() {
    return "Answers over HTTP, and in a browser, how fresh it is and why; off by default.";
  }

  /** None of its own: it shows what there is, and a topic that is not there yet is empty. */
  @Override
  public List<TopicSpec> topics(FreshetConfig config) {
    return List.of();
  }

  @Override
  public List<CheckResult> checks(FreshetConfig config) {
    return List.of();
  }

  @Override
  public List<Service> services(FreshetConfig config, MeterRegistry registry, Stages stages) {
    return Console.services(
        config.console(), config.topics(), setup(config), config.kafka().connection(), registry);
  }

  private static Setup setup(FreshetConfig config) {
    Map<String, List<String>> rules = new TreeMap<>();
    config
        .invalidate()
        .forEach(
            (table, rule) ->
                rules.put(
                    table.toString(),
                    Stream.of(rule.tags(), rule.delete(), rule.tagSet())
                        .flatMap(List::stream)
                        .map(TagTemplate::toString)
                        .toList()));
    Map<String, String> views = new TreeMap<>();
    config.views().forEach((name, view) -> views.put(name, view.select()));
    return new Setup(
        rules,
        views,
        config.slos().entrySet().stream()
            .map(slo -> objective(slo.getKey(), slo.getValue()))
            .toList(),
        config.metrics().windowNames(),
        thresholds(config.monitoring()),
        config.console().freshWithin().toMillis(),
        silentAfterMillis(config.ingest().heartbeatInterval()));
  }

  private static Map<String, Setup.Limits> thresholds(MonitoringConfig config) {
    Map<String, Setup.Limits> all = new TreeMap<>();
    for (Figure figure : Figure.values()) {
      Optional.ofNullable(config.byFigure().get(figure))
          .or(figure::threshold)
          .ifPresent(set -> all.put(figure.path(), new Setup.Limits(set.warn(), set.critical())));
    }
    return all;
  }

  /** A beat or two may be late; many are not. */
  private static long silentAfterMillis(Duration heartbeats) {
    return Math.max(SHORTEST_SILENCE.toMillis(), heartbeats.toMillis() * LATE_BEATS);
  }

  private static Setup.Objective objective(String name, Slo slo) {
    return new Setup.Objective(
        name,
        slo.indicator().name().toLowerCase(Locale.ROOT),
        slo.threshold().map(threshold -> (double) threshold.toMillis()).orElse(null),
        slo.objective(),
        slo.service().orElse(null),
        slo.route().orElse(null));
  }
}

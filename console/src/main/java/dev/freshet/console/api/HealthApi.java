package dev.freshet.console.api;

import dev.freshet.console.model.Model;
import dev.freshet.events.HealthReport;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.health.Figure;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How the console itself is, how the system is, and the rules it runs with. */
public final class HealthApi {

  /**
   * How this console and the system are.
   *
   * @param state {@code running} once everything that was there has been read
   * @param level the worst of the parts that report: ok, warn or critical
   */
  public record SystemAnswer(String state, String detail, String level, List<Part> parts) {}

  /**
   * One part of the system, as a process that works with it sees it.
   *
   * @param component process, kafka, redis, postgres or pgbouncer
   * @param seen when it was looked at
   * @param outdated whether the next report is overdue: then nobody looks any more
   * @param problem why it could not be looked at; empty when it could
   */
  public record Part(
      String component,
      String instance,
      String level,
      @Nullable String seen,
      boolean outdated,
      String problem,
      List<Gauge> gauges) {

    /** A report as it is answered. */
    public static Part of(HealthReport report, Setup setup, long nowMillis) {
      return new Part(
          report.component(),
          report.instance(),
          word(report.level()),
          Answers.time(report.timeMillis()),
          report.isOutdated(nowMillis),
          report.problem(),
          report.gauges().stream()
              .map(gauge -> Gauge.of(report.component(), gauge, setup))
              .toList());
    }
  }

  /**
   * One figure.
   *
   * @param name ends with the unit of the value; a ratio is 0 to 1
   * @param labels what tells it from others of this name
   * @param meaning a few words; empty for a figure that is not known here
   * @param warn from where on it is a warning; null for never
   * @param critical the same
   */
  public record Gauge(
      String name,
      Map<String, String> labels,
      double value,
      String level,
      String meaning,
      @Nullable Double warn,
      @Nullable Double critical) {

    static Gauge of(String component, HealthReport.Gauge gauge, Setup setup) {
      String path = component + "." + gauge.name();
      Setup.Limits limits = setup.thresholds().get(path);
      return new Gauge(
          gauge.name(),
          gauge.labels(),
          gauge.value(),
          word(gauge.level()),
          Figure.named(path).map(Figure::meaning).orElse(""),
          limits == null ? null : limits.warn(),
          limits == null ? null : limits.critical());
    }
  }

  private static String word(HealthReport.Level level) {
    return level.name().toLowerCase(Locale.ROOT);
  }

  private final Model model;
  private final Supplier<Health> health;
  private final Setup setup;
  private final InstantSource clock;

  HealthApi(Model model, Supplier<Health> health, Setup setup, InstantSource clock) {
    this.model = model;
    this.health = health;
    this.setup = setup;
    this.clock = clock;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/api/v1/health",
            "Whether this console has read what there is, and how Postgres, Kafka, Redis and the"
                + " processes are.",
            SystemAnswer.class,
            asked -> answer()),
        Endpoint.get(
            "/api/v1/config",
            "The rules, views, objectives, windows and thresholds of the config; no addresses, no"
                + " secrets.",
            Setup.class,
            asked -> setup));
  }

  /** Every part, the worst first and those out of date last. */
  public static List<Part> parts(Model model, Setup setup, long nowMillis) {
    return model.system().parts().stream()
        .sorted(
            Comparator.comparing((HealthReport report) -> report.isOutdated(nowMillis))
                .thenComparing(HealthReport::level, Comparator.reverseOrder()))
        .map(report -> Part.of(report, setup, nowMillis))
        .toList();
  }

  private SystemAnswer answer() {
    Health now = health.get();
    List<Part> parts = parts(model, setup, clock.millis());
    String worst =
        parts.stream()
            .filter(part -> !part.outdated())
            .map(Part::level)
            .findFirst()
            .orElse(word(HealthReport.Level.OK));
    return new SystemAnswer(
        now.state().name().toLowerCase(Locale.ROOT), now.detail(), worst, parts);
  }
}

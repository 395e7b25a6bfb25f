package dev.freshet.console.page;

import dev.freshet.console.api.HealthApi;
import dev.freshet.console.api.Setup;
import dev.freshet.console.model.Model;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Is the system well: a card for each part, what is worth a look first. */
final class Parts {

  private static final int SHOWN = 12;
  private static final int FIGURES = 14;
  private static final Map<String, String> WORDS =
      Map.of("ok", "ok", "warn", "slow", "critical", "stopped");
  private static final Map<String, String> NAMES =
      Map.of(
          "process", "Process",
          "kafka", "Kafka",
          "redis", "Redis",
          "postgres", "Postgres",
          "pgbouncer", "PgBouncer");

  private final Model model;
  private final Setup setup;

  Parts(Model model, Setup setup) {
    this.model = model;
    this.setup = setup;
  }

  String cards(long nowMillis) {
    List<HealthApi.Part> parts = HealthApi.parts(model, setup, nowMillis);
    if (parts.isEmpty()) {
      return "<p class=empty>No part has reported yet. Every process of Freshet does, every"
          + " monitoring.every.</p>";
    }
    int more = parts.size() - SHOWN;
    return parts.stream().limit(SHOWN).map(Parts::card).collect(Collectors.joining())
        + (more > 0 ? "<p class=fine>%d more, none of them worse.</p>".formatted(more) : "");
  }

  private static String card(HealthApi.Part part) {
    String level = part.outdated() ? "silent" : part.level();
    String word = part.outdated() ? "slow" : WORDS.getOrDefault(level, "slow");
    String figures =
        part.gauges().stream()
            .sorted(Comparator.comparingInt(Parts::urgency))
            .limit(FIGURES)
            .map(Parts::figure)
            .collect(Collectors.joining());
    return """
    <div class=part><h3>%s<span class="word %s">%s</span></h3><p class=fine><code>%s</code>%s</p>%s\
    <dl>%s</dl></div>\
    """
        .formatted(
            Html.text(NAMES.getOrDefault(part.component(), part.component())),
            word,
            level,
            Html.text(part.instance()),
            part.outdated() ? ", last seen " + Html.time(part.seen()) : "",
            part.problem().isEmpty()
                ? ""
                : "<p class=problem>" + Html.text(part.problem()) + "</p>",
            figures);
  }

  /** What is critical stands first, then warnings; the others as they came. */
  private static int urgency(HealthApi.Gauge gauge) {
    return switch (gauge.level()) {
      case "critical" -> 0;
      case "warn" -> 1;
      default -> 2;
    };
  }

  private static String figure(HealthApi.Gauge gauge) {
    String labels = String.join(", ", gauge.labels().values());
    boolean well = gauge.level().equals("ok");
    return "<dt title=\"%s\">%s%s<dd>%s%s%s"
        .formatted(
            Html.text(gauge.meaning()),
            Html.text(name(gauge.name())),
            labels.isEmpty() ? "" : " <span class=sub>" + Html.text(labels) + "</span>",
            well
                ? ""
                : "<span class=\"word %s\">%s</span> "
                    .formatted(WORDS.getOrDefault(gauge.level(), "slow"), gauge.level()),
            value(gauge.name(), gauge.value()),
            limit(gauge.name(), gauge.warn()));
  }

  private static String limit(String name, @Nullable Double warn) {
    return warn == null ? "" : "<span class=limit> / " + value(name, warn) + "</span>";
  }

  /** Without its unit, which stands behind the value. */
  private static String name(String gauge) {
    return gauge.replaceFirst("_(bytes|ratio|seconds)$", "").replace('_', ' ');
  }

  private static String value(String name, double value) {
    if (name.endsWith("_bytes")) {
      return Html.bytes(value);
    }
    if (name.endsWith("_ratio")) {
      return Html.share(value);
    }
    return name.endsWith("_seconds") ? Html.millis(value * 1000) : Html.count(Math.round(value));
  }
}

package dev.freshet.console.page;

import dev.freshet.console.api.Answers;
import dev.freshet.console.api.Setup;
import dev.freshet.console.model.Model;
import dev.freshet.console.model.Point;
import dev.freshet.console.model.Stretch;
import dev.freshet.events.LatencyRow;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * How slow, for how many: percentiles over time as SVG, for the first paint and for browsers
 * without a program. The program draws the same numbers over it.
 */
final class Chart {

  private static final int WIDTH = 900;
  private static final int HEIGHT = 220;
  private static final double LOWEST_MILLIS = 0.1;

  private final Model model;
  private final Setup setup;

  Chart(Model model, Setup setup) {
    this.model = model;
    this.setup = setup;
  }

  String draw(PageQuery query, long nowMillis) {
    boolean requests = query.series().equals("requests");
    long step = step(query, requests ? 60_000 : 5_000);
    List<Point> points =
        requests ? requests(query, step, nowMillis) : freshness(query, step, nowMillis);
    double slo = requests ? threshold(query) : setup.freshWithinMs();
    String data =
        "data-series=\"%s\" data-range=\"%s\" data-service=\"%s\" data-route=\"%s\" data-slo=\"%s\""
            .formatted(
                query.series(),
                query.range(),
                Html.text(query.service()),
                Html.text(query.route()),
                slo > 0 ? String.valueOf(slo) : "");
    long begins = requests ? model.latencies().historyBegins(named(query.route())) : Long.MIN_VALUE;
    String drawn = points.isEmpty() ? nothing(query) : svg(points, step, query, nowMillis, slo);
    return "<div id=plot %s role=img aria-label=\"%s\">%s</div>"
            .formatted(data, Html.text(inWords(points, query)), drawn)
        + (begins > nowMillis - query.duration().toMillis() ? cut(begins) : "");
  }

  private static String cut(long begins) {
    return "<p class=fine>Minutes before %s %s made room for newer ones: there are many routes.</p>"
        .formatted(Html.moment(Answers.time(begins)), Html.ZONE);
  }

  private static String nothing(PageQuery query) {
    boolean named = !query.service().isEmpty() || !query.route().isEmpty();
    return named && query.series().equals("requests")
        ? "<p class=empty>Nothing is called exactly so. Choose a route of the table below.</p>"
        : "<p class=empty>Nothing to draw yet.</p>";
  }

  private static String inWords(List<Point> points, PageQuery query) {
    double worst = points.stream().mapToDouble(Point::p99).max().orElse(0) / 1e6;
    return String.format(
        Locale.ROOT,
        "Percentiles over the last %s; the highest p99 is %.1f ms",
        query.range(),
        worst);
  }

  private double threshold(PageQuery query) {
    return setup.objectives().stream()
        .filter(objective -> objective.thresholdMs() != null)
        .filter(
            objective -> objective.service() == null || objective.service().equals(query.service()))
        .filter(objective -> objective.route() == null || objective.route().equals(query.route()))
        .mapToDouble(objective -> objective.thresholdMs() == null ? 0 : objective.thresholdMs())
        .findFirst()
        .orElse(0);
  }

  private static long step(PageQuery query, long shortest) {
    return Math.max(shortest, query.duration().toMillis() / 180 / shortest * shortest);
  }

  private List<Point> freshness(PageQuery query, long step, long nowMillis) {
    long range = query.duration().toMillis();
    return model.freshness().commitToDelete().stretches(nowMillis - range, nowMillis, step).stream()
        .map(Stretch::point)
        .toList();
  }

  private List<Point> requests(PageQuery query, long step, long nowMillis) {
    long range = query.duration().toMillis();
    return model
        .latencies()
        .history(named(query.service()), named(query.route()), nowMillis - range, nowMillis, step)
        .stream()
        .map(minute -> new Stretch(minute.millis(), minute.durations()).point())
        .toList();
  }

  private static String named(String chosen) {
    return chosen.isEmpty() ? LatencyRow.TOTAL : chosen;
  }

  private static String svg(
      List<Point> points, long step, PageQuery query, long nowMillis, double slo) {
    double most = points.stream().mapToDouble(Point::max).max().orElse(1) / 1e6;
    Scale scale =
        new Scale(
            nowMillis - query.duration().toMillis(),
            nowMillis,
            Math.log(LOWEST_MILLIS),
            Math.log(Math.max(Math.max(most, slo), 1) * 1.3));
    StringBuilder all = new StringBuilder();
    for (double mark = 0.1; mark <= Math.exp(scale.high()); mark *= 10) {
      double y = scale.y(mark * 1e6);
      all.append(
          String.format(
              Locale.ROOT,
              "<line class=grid x1=0 x2=%d y1=%.1f y2=%.1f /><text x=4 y=%.1f>%s</text>",
              WIDTH,
              y,
              y,
              y - 4,
              label(mark)));
    }
    if (slo > 0) {
      double y = scale.y(slo * 1e6);
      all.append(
          String.format(Locale.ROOT, "<line class=slo x1=0 x2=%d y1=%.1f y2=%.1f />", WIDTH, y, y));
    }
    all.append(line(points, step, "max", scale, Point::max));
    all.append(line(points, step, "p99", scale, Point::p99));
    all.append(line(points, step, "p95", scale, Point::p95));
    all.append(line(points, step, "p50", scale, Point::p50));
    return "<svg class=lines viewBox=\"0 0 %d %d\" preserveAspectRatio=none>%s</svg>"
        .formatted(WIDTH, HEIGHT, all);
  }

  private static String label(double millis) {
    return millis >= 1000
        ? Html.number(millis / 1000, 0) + " s"
        : Html.number(millis, millis < 0.5 ? 1 : 0) + " ms";
  }

  /** With a gap where a stretch is absent; a stretch between two gaps is a dot. */
  private static String line(
      List<Point> points, long step, String name, Scale scale, ToDoubleFunction<Point> of) {
    StringBuilder path = new StringBuilder();
    long before = Long.MIN_VALUE / 2;
    for (Point point : points) {
      double x = scale.x(point.millis());
      double y = scale.y(of.applyAsDouble(point));
      boolean joined = point.millis() - before <= step;
      path.append(String.format(Locale.ROOT, joined ? "L%.1f %.1f" : "M%.1f %.1fh0.1", x, y));
      before = point.millis();
    }
    return "<path class=%s d=\"%s\"/>".formatted(name, path);
  }

  private record Scale(long from, long to, double low, double high) {
    double x(long millis) {
      return (double) (millis - from) / (to - from) * WIDTH;
    }

    double y(double nanos) {
      double millis = Math.max(nanos / 1e6, LOWEST_MILLIS);
      return HEIGHT - (Math.log(millis) - low) / (high - low) * HEIGHT;
    }
  }
}

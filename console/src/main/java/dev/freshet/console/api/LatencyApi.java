package dev.freshet.console.api;

import dev.freshet.console.model.Latencies;
import dev.freshet.console.model.Model;
import dev.freshet.console.model.Ranked;
import dev.freshet.console.model.Series;
import dev.freshet.console.model.Stretch;
import dev.freshet.events.LatencyRow;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** How slow, for how many: rolling windows of every route, and their history. */
public final class LatencyApi {

  private static final int MOST = 1000;
  private static final Parameter SERVICE =
      Parameter.text("service", "One service; all services when left out.");
  private static final Parameter ROUTE =
      Parameter.text("route", "One route; all routes of the service when left out.");

  /** Routes in one window, the sorted column first. */
  public record Windows(String window, int matched, List<Window> routes) {}

  /**
   * One route in one window; null where there were no requests.
   *
   * @param errorRate share of status 500 and above
   * @param hitRate share of the requests that asked a cache
   */
  public record Window(
      String service,
      String route,
      String window,
      long count,
      double perSecond,
      @Nullable Double errorRate,
      @Nullable Double hitRate,
      @Nullable Double avgMs,
      @Nullable Double p50Ms,
      @Nullable Double p95Ms,
      @Nullable Double p99Ms,
      @Nullable Double maxMs,
      long asOfMs) {

    /** A row as it is answered. */
    public static Window of(LatencyRow row) {
      LatencyRow.Latencies of = row.latencies();
      return new Window(
          row.service(),
          row.route(),
          row.window(),
          row.counts().total(),
          Answers.rate(row.rate()),
          Answers.ratio(row.counts().errorRate()),
          Answers.ratio(row.counts().hitRate()),
          of == null ? null : Answers.millis(of.avg()),
          of == null ? null : Answers.millis(of.p50()),
          of == null ? null : Answers.millis(of.p95()),
          of == null ? null : Answers.millis(of.p99()),
          of == null ? null : Answers.millis(of.max()),
          row.asOfMillis());
    }
  }

  /**
   * A route's history; steps without requests are absent.
   *
   * @param keptSinceMs before it, minutes made room for newer ones; null when all are there
   */
  record RouteHistory(
      String service, String route, long stepMs, @Nullable Long keptSinceMs, List<Step> points) {}

  /** One step of a history. */
  record Step(
      long timeMs,
      long count,
      @Nullable Double errorRate,
      @Nullable Double hitRate,
      @Nullable Double p50Ms,
      @Nullable Double p95Ms,
      @Nullable Double p99Ms,
      @Nullable Double maxMs) {

    static Step of(Latencies.Minute minute) {
      Percentiles of = Percentiles.of(minute.durations());
      return new Step(
          minute.millis(),
          minute.counts().total(),
          Answers.ratio(minute.counts().errorRate()),
          Answers.ratio(minute.counts().hitRate()),
          of.p50Ms(),
          of.p95Ms(),
          of.p99Ms(),
          of.maxMs());
    }
  }

  private static final Map<String, Comparator<LatencyRow>> ORDERS =
      Map.of(
          "p95", worst(LatencyRow.Latencies::p95),
          "p99", worst(LatencyRow.Latencies::p99),
          "max", worst(LatencyRow.Latencies::max),
          "count", Comparator.comparingLong((LatencyRow row) -> row.counts().total()).reversed(),
          "errors", Comparator.comparingLong((LatencyRow row) -> row.counts().errors()).reversed());

  private static final Comparator<LatencyRow> BY_NAME =
      Comparator.comparing(LatencyRow::service).thenComparing(LatencyRow::route);

  private static Comparator<LatencyRow> worst(
      java.util.function.ToLongFunction<LatencyRow.Latencies> of) {
    return Comparator.comparingLong(
            (LatencyRow row) -> {
              LatencyRow.Latencies latencies = row.latencies();
              return latencies == null ? -1 : of.applyAsLong(latencies);
            })
        .reversed();
  }

  private final Model model;
  private final Setup setup;
  private final InstantSource clock;

  LatencyApi(Model model, Setup setup, InstantSource clock) {
    this.model = model;
    this.setup = setup;
    this.clock = clock;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/api/v1/latency",
            "Rolling percentiles, rates and hit rates of every route.",
            Windows.class,
            this::windows,
            Parameter.text(
                "window", "A window of the config; when left out, 5m or else the shortest."),
            Parameter.text("service", "Only services with this text in their name."),
            Parameter.text("route", "Only routes with this text in their name."),
            Parameter.text("name", "Only with this text in the service's or the route's name."),
            Parameter.choice(
                "totals", "no", List.of("no", "yes"), "Whether to add the sums, route _total."),
            Parameter.choice(
                "sort",
                "p95",
                List.of("count", "errors", "max", "p95", "p99"),
                "By what the worst come first."),
            Parameter.number("offset", 0, 1_000_000, "How many to leave out."),
            Parameter.number("limit", 100, MOST, "How many to answer with.")),
        Endpoint.get(
            "/api/v1/latency/history",
            "Percentiles of one route over time, merged and never averaged.",
            RouteHistory.class,
            this::history,
            SERVICE,
            ROUTE,
            StatusApi.RANGE),
        Endpoint.get(
            "/api/v1/latency/heatmap",
            "The same as counts by duration.",
            Heatmap.class,
            this::heatmap,
            SERVICE,
            ROUTE,
            StatusApi.RANGE));
  }

  private Windows windows(Asked asked) throws ProblemException {
    String window = asked.text("window").isEmpty() ? setup.usualWindow() : asked.text("window");
    if (!setup.windows().contains(window)) {
      throw Asked.invalid(
          "\"window\" is \"%s\"".formatted(window), "one of " + String.join(", ", setup.windows()));
    }
    String name = asked.text("name");
    boolean totals = asked.text("totals").equals("yes");
    Ranked<LatencyRow> worst =
        ranked(
            model,
            window,
            asked.text("sort"),
            asked.number("offset"),
            asked.number("limit"),
            row ->
                (totals || !isTotal(row))
                    && row.service().contains(asked.text("service"))
                    && row.route().contains(asked.text("route"))
                    && (row.service().contains(name) || row.route().contains(name)));
    return new Windows(window, worst.matched(), worst.page().stream().map(Window::of).toList());
  }

  /** Some routes whose names contain these texts, the worst first; totals are left out. */
  public static Ranked<LatencyRow> worst(
      Model model, String window, String service, String route, String by, int limit) {
    return ranked(
        model,
        window,
        by,
        0,
        limit,
        row -> !isTotal(row) && row.service().contains(service) && row.route().contains(route));
  }

  private static boolean isTotal(LatencyRow row) {
    return row.route().equals(LatencyRow.TOTAL);
  }

  private static Ranked<LatencyRow> ranked(
      Model model,
      String window,
      String by,
      long offset,
      long limit,
      Predicate<LatencyRow> wanted) {
    Comparator<LatencyRow> order = ORDERS.getOrDefault(by, BY_NAME).thenComparing(BY_NAME);
    return Ranked.of(model.latencies().rows(window), wanted, order, offset, limit);
  }

  private RouteHistory history(Asked asked) throws ProblemException {
    Steps steps = Steps.of(asked.duration(StatusApi.RANGE), clock.millis(), Series.MINUTE_MILLIS);
    long begins = model.latencies().historyBegins(named(asked, "route"));
    return new RouteHistory(
        named(asked, "service"),
        named(asked, "route"),
        steps.step(),
        begins == Long.MIN_VALUE ? null : Long.valueOf(begins),
        minutes(asked, steps).stream().map(Step::of).toList());
  }

  private Heatmap heatmap(Asked asked) throws ProblemException {
    Steps steps = Steps.of(asked.duration(StatusApi.RANGE), clock.millis(), Series.MINUTE_MILLIS);
    return Heatmap.of(
        steps.step(),
        minutes(asked, steps).stream()
            .map(minute -> new Stretch(minute.millis(), minute.durations()))
            .toList());
  }

  private List<Latencies.Minute> minutes(Asked asked, Steps steps) {
    return model
        .latencies()
        .history(
            named(asked, "service"), named(asked, "route"), steps.from(), steps.to(), steps.step());
  }

  private static String named(Asked asked, String name) {
    return asked.text(name).isEmpty() ? LatencyRow.TOTAL : asked.text(name);
  }
}

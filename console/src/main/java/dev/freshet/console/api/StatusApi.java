package dev.freshet.console.api;

import dev.freshet.console.model.Model;
import dev.freshet.console.model.Series;
import dev.freshet.console.model.Stretch;
import dev.freshet.events.Lsn;
import dev.freshet.runtime.Health;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Is it fresh, since when, and is it already. */
final class StatusApi {

  static final Parameter RANGE =
      Parameter.duration("range", "15m", 24 * 3600, "How far back, up to 24h.");
  private static final Lsn NOTHING = new Lsn(0);
  private static final Parameter LSN =
      Parameter.text(
          "lsn", "A position of the log, as pg_current_wal_lsn() says after the commit.");
  private static final Parameter WAIT =
      Parameter.duration("wait", "0s", 30, "How long to wait for it, up to 30s.");

  /** The distribution from commit to deleted key over time. */
  record History(String series, long stepMs, List<Line> points) {}

  /** One stretch of time; stretches without any are absent. */
  record Line(
      long timeMs,
      long count,
      @Nullable Double p50Ms,
      @Nullable Double p95Ms,
      @Nullable Double p99Ms,
      @Nullable Double maxMs) {

    static Line of(Stretch stretch) {
      Percentiles of = Percentiles.of(stretch.durations());
      return new Line(stretch.millis(), of.count(), of.p50Ms(), of.p95Ms(), of.p99Ms(), of.maxMs());
    }
  }

  /**
   * Whether everything committed before an LSN is applied.
   *
   * @param exact whether {@code fresh} is sure: not when a topic of changes has several partitions
   * @param reachedLsn what the caches reflect; null when that is not known yet
   * @param views what the table of each view reflects
   */
  record Fresh(
      String lsn, boolean fresh, boolean exact, @Nullable String reachedLsn, List<ViewLsn> views) {}

  /** What the table of one view reflects. */
  record ViewLsn(String name, String lsn, boolean fresh) {}

  private final Model model;
  private final Supplier<Health> health;
  private final Setup setup;
  private final Waiting waiting;
  private final InstantSource clock;

  StatusApi(
      Model model, Supplier<Health> health, Setup setup, Waiting waiting, InstantSource clock) {
    this.model = model;
    this.health = health;
    this.setup = setup;
    this.waiting = waiting;
    this.clock = clock;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/api/v1/status",
            "Is it fresh, and where is the time: every stage with its lag.",
            Status.class,
            asked -> status()),
        Endpoint.get(
            "/api/v1/freshness",
            "From the commit to the deleted key, over time.",
            History.class,
            this::history,
            RANGE),
        Endpoint.get(
            "/api/v1/freshness/heatmap",
            "The same as counts by duration.",
            Heatmap.class,
            this::heatmap,
            RANGE),
        Endpoint.get(
            "/api/v1/fresh",
            "Whether caches and views reflect everything committed before an LSN.",
            Fresh.class,
            this::fresh,
            LSN,
            WAIT));
  }

  Status status() {
    return Status.of(model, health.get(), setup, clock.millis());
  }

  private History history(Asked asked) throws ProblemException {
    Steps steps = Steps.of(asked.duration(RANGE), clock.millis(), Series.PANE_MILLIS);
    return new History(
        "commit-to-delete", steps.step(), stretches(steps).stream().map(Line::of).toList());
  }

  private Heatmap heatmap(Asked asked) throws ProblemException {
    Steps steps = Steps.of(asked.duration(RANGE), clock.millis(), Series.PANE_MILLIS);
    return Heatmap.of(steps.step(), stretches(steps));
  }

  private List<Stretch> stretches(Steps steps) {
    return model.freshness().commitToDelete().stretches(steps.from(), steps.to(), steps.step());
  }

  private Fresh fresh(Asked asked) throws ProblemException, InterruptedException {
    Lsn wanted = lsn(asked.text("lsn"));
    return waiting.until(
        Fresh::fresh, () -> fresh(wanted), asked.duration(WAIT), model.freshness().positions());
  }

  private Fresh fresh(Lsn wanted) {
    @Nullable Lsn reached = model.freshness().positions().reached().orElse(null);
    List<ViewLsn> views =
        model.views().stream()
            .map(
                view -> {
                  Lsn at = view.table().orElse(NOTHING);
                  return new ViewLsn(view.name(), at.toString(), at.compareTo(wanted) >= 0);
                })
            .toList();
    boolean caches = reached != null && reached.compareTo(wanted) >= 0;
    return new Fresh(
        wanted.toString(),
        caches && views.stream().allMatch(ViewLsn::fresh),
        model.freshness().positions().isExact(),
        reached == null ? null : reached.toString(),
        views);
  }

  private static Lsn lsn(String text) throws ProblemException {
    if (!text.matches("[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}")) {
      throw Asked.invalid(
          text.isEmpty() ? "\"lsn\" is missing" : "\"lsn\" is \"%s\"".formatted(text),
          "write it as Postgres does: 0/1A2B3C8");
    }
    return Lsn.parse(text);
  }
}

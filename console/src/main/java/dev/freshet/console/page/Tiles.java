package dev.freshet.console.page;

import dev.freshet.console.api.Answers;
import dev.freshet.console.api.LatencyApi;
import dev.freshet.console.api.Setup;
import dev.freshet.console.api.Stage;
import dev.freshet.console.api.State;
import dev.freshet.console.api.Status;
import dev.freshet.console.model.Freshness;
import dev.freshet.console.model.Model;
import dev.freshet.console.model.Stretch;
import dev.freshet.console.model.SystemHealth;
import dev.freshet.events.HealthReport;
import dev.freshet.events.LatencyRow;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Is it fresh, and where is the time: the headline, the tiles and the strip of stages. A figure
 * that nobody renews any more is not shown as one.
 */
final class Tiles {

  private static final int POINTS = 60;
  private static final int STEP_SECONDS = 15;
  private static final String NONE = "<span class=none>–</span>";

  private final Model model;
  private final Setup setup;

  Tiles(Model model, Setup setup) {
    this.model = model;
    this.setup = setup;
  }

  static String headline(Status status) {
    return """
    <p class="verdict %s"><span class=dot aria-hidden=true></span>%s</p>
    <p class=fine>Everything committed up to %s %s, LSN %s, is applied%s.</p>\
    """
        .formatted(
            status.state().word(),
            Html.text(status.sentence()),
            Html.moment(status.reachedCommit()),
            Html.ZONE,
            Html.text(status.reachedLsn() == null ? "–" : status.reachedLsn()),
            status.reachedExact()
                ? ""
                : ", but for tables whose changes are in several partitions, which may be later");
  }

  String tiles(Status status, long nowMillis) {
    Freshness freshness = model.freshness();
    return tile(
            "Commit to delete, p99",
            Html.millis(status.commitToDelete().p99Ms()),
            "p50 %s, %s changes in a minute"
                .formatted(
                    Html.millis(status.commitToDelete().p50Ms()),
                    Html.count(status.commitToDelete().count())),
            status.state(),
            Spark.of(slowest(nowMillis)))
        + tile(
            "Row changes",
            Html.rate(status.changesPerSecond()) + Html.unit("/s"),
            "last captured " + Html.time(status.lastChange()),
            still(status),
            Spark.of(freshness.changes().line(nowMillis, POINTS, STEP_SECONDS)))
        + tile(
            "Keys deleted",
            Html.rate(status.keysPerSecond()) + Html.unit("/s"),
            Html.count(status.keysDeleted()) + " in the last hour",
            still(status),
            Spark.of(freshness.keys().line(nowMillis, POINTS, STEP_SECONDS)))
        + hits(nowMillis)
        + kept(nowMillis)
        + pool(nowMillis);
  }

  /** A rate of nothing, when nothing can come through, is no rate. */
  private static @Nullable State still(Status status) {
    return status.state() == State.STOPPED ? State.STOPPED : null;
  }

  /** Only where a PgBouncer is looked at. */
  private String pool(long nowMillis) {
    return model
        .system()
        .fullestPool(nowMillis)
        .map(
            pool ->
                tile(
                    "Fullest pool",
                    pool.current() ? Html.share(pool.used()) : NONE,
                    pool.current()
                        ? "%s, %s waiting"
                            .formatted(Html.text(pool.name()), Html.count(pool.waiting()))
                        : "nobody looks at PgBouncer any more",
                    pool.current() ? state(pool.level()) : State.STOPPED,
                    Spark.of(new double[0])))
        .orElse("");
  }

  private static State state(HealthReport.Level level) {
    return switch (level) {
      case OK -> State.OK;
      case WARN -> State.SLOW;
      case CRITICAL -> State.STOPPED;
    };
  }

  /** What Postgres keeps for the slot grows while nobody reads it: the disk may be full one day. */
  private String kept(long nowMillis) {
    SystemHealth system = model.system();
    SystemHealth.Kept kept = system.mostKept(nowMillis).orElse(null);
    if (kept == null) {
      return tile(
          "WAL kept for the slot", NONE, "no process reports it", null, Spark.of(new double[0]));
    }
    if (!kept.current()) {
      return tile(
          "WAL kept for the slot",
          NONE,
          "last told "
              + Html.moment(Answers.time(kept.seenMillis()))
              + ": "
              + Html.bytes(kept.bytes()),
          State.STOPPED,
          Spark.of(system.line(kept.slot(), nowMillis, POINTS, STEP_SECONDS)));
    }
    String left =
        kept.left()
            .map(
                bytes ->
                    kept.hoursLeft()
                        .map(hours -> Html.millis(hours * 3_600_000) + " to the limit at this rate")
                        .orElseGet(() -> Html.bytes(bytes) + " to the limit"))
            .orElse("no limit is set");
    return tile(
        "WAL kept for the slot",
        Html.bytes(kept.bytes()),
        left,
        null,
        Spark.of(system.line(kept.slot(), nowMillis, POINTS, STEP_SECONDS)));
  }

  private String hits(long nowMillis) {
    Optional<LatencyRow> newest =
        model.latencies().row(LatencyRow.TOTAL, LatencyRow.TOTAL, setup.usualWindow());
    Optional<LatencyApi.Window> total =
        newest.filter(row -> !Status.standsStill(row, nowMillis)).map(LatencyApi.Window::of);
    double[] line = new double[POINTS / 2];
    Arrays.fill(line, Double.NaN);
    long minute = nowMillis / 60_000 * 60_000;
    model
        .latencies()
        .history(LatencyRow.TOTAL, LatencyRow.TOTAL, minute - line.length * 60_000L, minute, 60_000)
        .forEach(
            at -> {
              int i = (int) ((at.millis() - minute) / 60_000) + line.length;
              if (i >= 0 && i < line.length) {
                line[i] = at.counts().hitRate();
              }
            });
    return tile(
        "Cache hits",
        Html.share(total.map(LatencyApi.Window::hitRate).orElse(null)),
        total
            .map(row -> Html.rate(row.perSecond()) + " requests/s, p95 " + Html.millis(row.p95Ms()))
            .or(
                () ->
                    newest.map(
                        old -> "not counted since " + Html.moment(Answers.time(old.asOfMillis()))))
            .orElse("no requests are reported"),
        newest.isPresent() && total.isEmpty() ? State.STOPPED : null,
        Spark.of(line));
  }

  /** The 99th percentile of each stretch. */
  private double[] slowest(long nowMillis) {
    double[] line = new double[POINTS];
    Arrays.fill(line, Double.NaN);
    long step = STEP_SECONDS * 1000L;
    long end = nowMillis / step * step;
    for (Stretch stretch :
        model.freshness().commitToDelete().stretches(end - POINTS * step, end, step)) {
      int i = (int) ((stretch.millis() - end) / step) + POINTS;
      if (i >= 0 && i < POINTS) {
        line[i] = stretch.durations().quantileNanos(0.99);
      }
    }
    return line;
  }

  private static String tile(
      String name, String value, String below, @Nullable State state, String spark) {
    String word =
        state == null
            ? ""
            : "<span class=\"word %s\">%s</span>".formatted(state.word(), state.word());
    return """
    <div class=tile><h3>%s%s</h3><p class=figure>%s</p>%s<p class=fine>%s</p></div>\
    """
        .formatted(name, word, value, spark, below);
  }

  static String stages(List<Stage> stages, long nowMillis) {
    StringBuilder strip = new StringBuilder("<ol>");
    for (Stage stage : stages) {
      strip.append(
          """
          <li class="%s%s"><span class=from>%s</span><span class=arrow aria-hidden=true></span>\
          <div class=leg><b>%s</b><span class="word %s">%s</span>\
          <p class=figure>%s</p><p class=fine>%s%s%s</p>%s%s%s</div>\
          <span class=to>%s</span></li>\
          """
              .formatted(
                  stage.state().word(),
                  stage.slowest() ? " slowest" : "",
                  Html.text(stage.from()),
                  Html.text(stage.name()),
                  stage.state().word(),
                  stage.state().word(),
                  stage.lag() == null ? behind(stage) : Html.millis(stage.lag().p50Ms()),
                  stage.lag() == null ? "" : "p99 " + Html.millis(stage.lag().p99Ms()) + ", ",
                  stage.lag() == null || stage.recordsBehind() == null
                      ? Html.text(stage.detail())
                      : Html.count(stage.recordsBehind()) + " records behind",
                  stage.perSecond() == null ? "" : ", " + Html.rate(stage.perSecond()) + "/s",
                  stage.slowest() ? "<p class=mark>most of the time is here</p>" : "",
                  Ticks.of(stage.disturbances(), nowMillis),
                  trouble(stage),
                  Html.text(stage.to())));
    }
    return strip.append("</ol>").toString();
  }

  private static String trouble(Stage stage) {
    return stage.lastError() == null
        ? ""
        : "<p class=fine>Last error %s %s: %s</p>"
            .formatted(Html.moment(stage.lastErrorAt()), Html.ZONE, Html.text(stage.lastError()));
  }

  private static String behind(Stage stage) {
    return stage.recordsBehind() == null
        ? "<span class=none>–</span>"
        : Html.count(stage.recordsBehind()) + Html.unit("behind");
  }
}

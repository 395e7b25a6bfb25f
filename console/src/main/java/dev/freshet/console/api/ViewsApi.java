package dev.freshet.console.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.console.model.Model;
import dev.freshet.console.model.ViewRows;
import dev.freshet.events.Alert;
import dev.freshet.events.Lsn;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The views with their rows, and the alerts. */
public final class ViewsApi {

  private static final int MOST = 1000;

  /** A view that has nothing to do tells where it stands every second, heartbeats too. */
  private static final long USUAL_MISSED = 3000;

  private static final Parameter NAME = Parameter.path("name", "The view's name in the config.");

  /** All views, by name. */
  public record Views(List<View> views) {}

  /**
   * How one view stands.
   *
   * @param state seeding, live, error while rows have no value, or behind when nobody has told of
   *     it for as long as silence may last
   * @param stateBytes what is remembered to keep it, on disk or on the heap; null while that has
   *     not been counted
   * @param lagMs from the newest commit it reflects to the moment that was written, or to the
   *     newest commit that was captured when that is later by seconds
   * @param asOfLsn what its topic reflects, and the rows that are shown here
   * @param tableLsn what its Postgres table reflects, which follows the topic; null when not told
   * @param reasons some of the rows without a value, in words
   */
  public record View(
      String name,
      String state,
      long rows,
      long errors,
      @Nullable Long stateBytes,
      @Nullable Long lagMs,
      @Nullable String asOfLsn,
      @Nullable String asOfCommit,
      @Nullable String tableLsn,
      List<String> reasons) {

    /** A view as it is answered. */
    public static View of(ViewRows view, Model model, Setup setup) {
      ViewRows.Position at = view.position().orElse(null);
      String table = view.table().map(Lsn::toString).orElse(null);
      if (at == null) {
        return new View(
            view.name(), "seeding", view.kept(), 0, null, null, null, null, table, List.of());
      }
      long captured = model.freshness().positions().capturedMicros() / 1000;
      long missed = captured - at.committedMillis();
      return new View(
          view.name(),
          missed > setup.silentAfterMs() ? "behind" : at.errors() > 0 ? "error" : "live",
          at.rows(),
          at.errors(),
          at.stateBytes() == 0 ? null : at.stateBytes(),
          missed > USUAL_MISSED ? missed : at.lagMillis(),
          at.lsn(),
          at.committed(),
          table,
          at.reasons());
    }
  }

  /**
   * Some rows of a view.
   *
   * @param cut whether this console keeps only some of the rows
   * @param next what to send as {@code after} for the rows that follow; null when there are none
   */
  record Rows(
      String view,
      @Nullable String asOfLsn,
      @Nullable String asOfCommit,
      boolean cut,
      List<JsonNode> rows,
      @Nullable String next) {}

  /** All alerts, those that fire first. */
  record Alerts(List<AlertAnswer> alerts) {}

  /** One alert, as on its topic. */
  public record AlertAnswer(
      String slo,
      String windows,
      String severity,
      String state,
      @Nullable String since,
      double factor,
      double longBurn,
      double shortBurn,
      double objective,
      long bad,
      long total) {

    /** An alert as it is answered. */
    public static AlertAnswer of(Alert alert) {
      return new AlertAnswer(
          alert.slo(),
          alert.windows(),
          alert.severity(),
          alert.state().name().toLowerCase(Locale.ROOT),
          Answers.time(alert.sinceMillis()),
          alert.factor(),
          alert.longBurn(),
          alert.shortBurn(),
          alert.objective(),
          alert.bad(),
          alert.total());
    }
  }

  private final Model model;
  private final Setup setup;

  ViewsApi(Model model, Setup setup) {
    this.model = model;
    this.setup = setup;
  }

  private View of(ViewRows view) {
    return View.of(view, model, setup);
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/api/v1/views",
            "Every view: how fresh, how many rows, what is wrong.",
            Views.class,
            asked ->
                new Views(
                    model.views().stream()
                        .skip(asked.number("offset"))
                        .limit(asked.number("limit"))
                        .map(this::of)
                        .toList()),
            Parameter.number("offset", 0, 1_000_000, "How many to leave out."),
            Parameter.number("limit", 100, MOST, "How many to answer with.")),
        Endpoint.get(
            "/api/v1/views/{name}", "One view.", View.class, asked -> of(view(asked)), NAME),
        Endpoint.get(
            "/api/v1/views/{name}/rows",
            "Rows of a view in the order of their keys, with the position they are of.",
            Rows.class,
            this::rows,
            NAME,
            Parameter.text("key", "Only rows with this text in their key."),
            Parameter.text("after", "The answer's next: the rows that follow it."),
            Parameter.number("limit", 100, MOST, "How many.")),
        Endpoint.get(
            "/api/v1/alerts",
            "Objectives at risk.",
            Alerts.class,
            asked -> new Alerts(sorted(model).stream().map(AlertAnswer::of).toList())));
  }

  /** Those that fire first, then by name. */
  public static List<Alert> sorted(Model model) {
    return model.alerts().stream()
        .sorted(
            Comparator.comparing((Alert alert) -> alert.state() != Alert.State.FIRING)
                .thenComparing(alert -> alert.state() != Alert.State.PENDING)
                .thenComparing(Alert::slo)
                .thenComparing(Alert::windows))
        .toList();
  }

  private ViewRows view(Asked asked) throws ProblemException {
    String name = asked.text("name");
    return model
        .view(name)
        .orElseThrow(
            () ->
                new ProblemException(
                    Problem.VIEW_NOT_FOUND,
                    "there is no view named \"%s\"".formatted(name),
                    dev.freshet.runtime.config.DidYouMean.hint(
                            model.views().stream().map(ViewRows::name).toList(), name)
                        .orElse("list them with GET /api/v1/views")));
  }

  private Rows rows(Asked asked) throws ProblemException {
    ViewRows view = view(asked);
    int limit = Math.max(1, asked.number("limit"));
    ViewRows.Page page = view.page(asked.text("after"), asked.text("key"), limit);
    List<ViewRows.Row> rows = page.rows();
    ViewRows.Position at = page.position().orElse(null);
    return new Rows(
        view.name(),
        at == null ? null : at.lsn(),
        at == null ? null : at.committed(),
        page.cut(),
        rows.stream().map(ViewRows.Row::value).toList(),
        rows.size() < limit ? null : rows.get(rows.size() - 1).key());
  }
}

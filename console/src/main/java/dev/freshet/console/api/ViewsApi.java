package dev.freshet.console.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.console.model.Model;
import dev.freshet.console.model.ViewRows;
import dev.freshet.events.Alert;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The views with their rows, and the alerts. */
public final class ViewsApi {

  private static final int MOST = 1000;
  private static final Parameter NAME = Parameter.path("name", "The view's name in the config.");

  /** All views, by name. */
  public record Views(List<View> views) {}

  /**
   * How one view stands.
   *
   * @param state seeding, live, or error while rows have no value
   * @param lagMs from the newest commit it reflects to the moment that was written
   * @param asOfLsn what it reflects
   * @param reasons some of the rows without a value, in words
   */
  public record View(
      String name,
      String state,
      long rows,
      long errors,
      @Nullable Long lagMs,
      @Nullable String asOfLsn,
      @Nullable String asOfCommit,
      List<String> reasons) {

    /** A view as it is answered. */
    public static View of(ViewRows view) {
      ViewRows.Position at = view.position().orElse(null);
      if (at == null) {
        return new View(view.name(), "seeding", view.kept(), 0, null, null, null, List.of());
      }
      return new View(
          view.name(),
          at.errors() > 0 ? "error" : "live",
          at.rows(),
          at.errors(),
          at.lagMillis(),
          at.lsn(),
          at.committed(),
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

  ViewsApi(Model model) {
    this.model = model;
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
                        .map(View::of)
                        .toList()),
            Parameter.number("offset", 0, 1_000_000, "How many to leave out."),
            Parameter.number("limit", 100, MOST, "How many to answer with.")),
        Endpoint.get(
            "/api/v1/views/{name}", "One view.", View.class, asked -> View.of(view(asked)), NAME),
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
    List<ViewRows.Row> page = view.page(asked.text("after"), asked.text("key"), limit);
    ViewRows.Position at = view.position().orElse(null);
    return new Rows(
        view.name(),
        at == null ? null : at.lsn(),
        at == null ? null : at.committed(),
        view.isCut(),
        page.stream().map(ViewRows.Row::value).toList(),
        page.size() < limit ? null : page.get(page.size() - 1).key());
  }
}

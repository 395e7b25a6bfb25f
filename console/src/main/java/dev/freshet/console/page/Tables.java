package dev.freshet.console.page;

import dev.freshet.console.api.Answers;
import dev.freshet.console.api.Change;
import dev.freshet.console.api.FeedApi;
import dev.freshet.console.api.LatencyApi;
import dev.freshet.console.api.ProblemException;
import dev.freshet.console.api.Setup;
import dev.freshet.console.api.State;
import dev.freshet.console.api.Status;
import dev.freshet.console.api.ViewsApi;
import dev.freshet.console.api.Why;
import dev.freshet.console.model.HotNames;
import dev.freshet.console.model.Model;
import dev.freshet.console.model.Ranked;
import dev.freshet.events.Alert;
import dev.freshet.events.LatencyRow;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which, and why: routes, tags, tables, views, alerts, the feed and the search. */
final class Tables {

  private static final int ROUTES = 15;
  private static final int NAMES = 8;
  private static final int VIEWS = 15;
  private static final int FEED = 12;
  private static final int TAGS_SHOWN = 4;

  private final Model model;
  private final Setup setup;

  Tables(Model model, Setup setup) {
    this.model = model;
    this.setup = setup;
  }

  private static String table(String head, String rows, String empty) {
    return rows.isEmpty()
        ? "<p class=empty>" + empty + "</p>"
        : "<div class=scroll tabindex=0><table><thead><tr>%s</tr></thead><tbody>%s</tbody></table></div>"
            .formatted(head, rows);
  }

  String routes(PageQuery query, long nowMillis) {
    Ranked<LatencyRow> worst =
        LatencyApi.worst(
            model, query.window(), query.service(), query.route(), query.sort(), ROUTES);
    String rows =
        worst.page().stream()
            .map(LatencyApi.Window::of)
            .map(row -> route(row, query))
            .collect(Collectors.joining());
    StringBuilder head = new StringBuilder("<th scope=col>Route");
    column(head, query, "count", "Requests/s");
    column(head, query, "p50", "p50");
    column(head, query, "p95", "p95");
    column(head, query, "p99", "p99");
    column(head, query, "max", "max");
    column(head, query, "errors", "Errors");
    column(head, query, "hits", "Hits");
    return table(
            head.toString(),
            rows,
            "No requests are reported. See docs/reference/http-ingest.md for how to send them.")
        + more(worst.matched(), ROUTES, "routes")
        + old(nowMillis);
  }

  /** Rows stay as they were when nobody writes them any more. */
  private String old(long nowMillis) {
    return model
        .latencies()
        .row(LatencyRow.TOTAL, LatencyRow.TOTAL, setup.usualWindow())
        .filter(total -> Status.standsStill(total, nowMillis))
        .map(
            total ->
                "<p class=problem>Requests are not counted since %s %s: this is how it was then.</p>"
                    .formatted(Html.moment(Answers.time(total.asOfMillis())), Html.ZONE))
        .orElse("");
  }

  private static String more(int all, int shown, String of) {
    return all <= shown
        ? ""
        : "<p class=fine>The worst %d of %s %s.</p>".formatted(shown, Html.count(all), of);
  }

  private static void column(StringBuilder head, PageQuery query, String key, String name) {
    boolean sorted = query.sort().equals(key);
    head.append("<th scope=col class=num").append(sorted ? " aria-sort=descending>" : ">");
    if (PageQuery.SORTS.contains(key)) {
      head.append(
          "<a href=\"%s#routes\">%s%s</a>"
              .formatted(Html.text(query.with("sort", key)), name, sorted ? " ▾" : ""));
    } else {
      head.append(name);
    }
  }

  private static String route(LatencyApi.Window row, PageQuery query) {
    return "<tr><th scope=row><span class=sub>%s</span> <a href=\"%s#q3\">%s</a><td class=num>%s<td class=num>%s<td class=num>%s<td class=num>%s<td class=num>%s<td class=num>%s<td class=num>%s"
        .formatted(
            Html.text(row.service()),
            Html.text(query.lines(row.service(), row.route())),
            Html.text(row.route()),
            Html.rate(row.perSecond()),
            Html.millis(row.p50Ms()),
            Html.millis(row.p95Ms()),
            Html.millis(row.p99Ms()),
            Html.millis(row.maxMs()),
            Html.share(row.errorRate()),
            Html.share(row.hitRate()));
  }

  String names(PageQuery query, long nowMillis) {
    return "<div><h3>Tags</h3>"
        + busy(model.freshness().hotTags().busiest(nowMillis, NAMES), query)
        + "</div><div><h3>Tables</h3>"
        + busy(model.freshness().hotTables().busiest(nowMillis, NAMES), null)
        + "</div>";
  }

  /** With a link to why when there is a query. */
  private static String busy(List<HotNames.Hot> names, @Nullable PageQuery query) {
    double most = names.isEmpty() ? 0 : names.get(0).perSecond();
    String rows =
        names.stream()
            .map(
                hot ->
                    "<tr><th scope=row>%s%s<td class=num>%s<td class=num>%s"
                        .formatted(
                            query == null ? Html.text(hot.name()) : link(query, hot.name()),
                            Spark.bar(hot.perSecond(), most),
                            Html.rate(hot.perSecond()) + Html.unit("/s"),
                            Html.count(hot.keys())))
            .collect(Collectors.joining());
    return table(
        "<th scope=col>Name<th scope=col class=num>Stale<th scope=col class=num>Keys deleted",
        rows,
        "Nothing has become stale yet.");
  }

  private static String link(PageQuery query, String name) {
    return "<a href=\"%s#why\">%s</a>"
        .formatted(Html.text(query.with("why", name)), Html.text(name));
  }

  /** Those in trouble first, then those furthest behind. */
  String views(State all) {
    List<ViewsApi.View> views =
        model.views().stream()
            .map(view -> ViewsApi.View.of(view, model, setup))
            .sorted(
                Comparator.comparing((ViewsApi.View view) -> view.state().equals("live"))
                    .thenComparing(
                        view -> view.lagMs() == null ? 0 : view.lagMs(), Comparator.reverseOrder())
                    .thenComparing(ViewsApi.View::name))
            .toList();
    String rows =
        views.stream()
            .limit(VIEWS)
            .map(
                view ->
                    "<tr><th scope=row><a href=\"/api/v1/views/%s/rows\">%s</a>%s<td><span class=\"word %s\">%s</span><td class=num>%s<td class=num>%s<td class=num>%s<td class=num>%s"
                        .formatted(
                            URLEncoder.encode(view.name(), StandardCharsets.UTF_8),
                            Html.text(view.name()),
                            view.reasons().isEmpty()
                                ? ""
                                : "<p class=fine>" + Html.text(view.reasons().get(0)) + "</p>",
                            all == State.STOPPED
                                ? "stopped"
                                : view.state().equals("live") ? "ok" : "slow",
                            all == State.STOPPED ? "as of then" : view.state(),
                            Html.count(view.rows()),
                            view.stateBytes() == null
                                ? "<span class=none>–</span>"
                                : Html.bytes(view.stateBytes()),
                            Html.millis(view.lagMs() == null ? null : (double) view.lagMs()),
                            Html.moment(view.asOfCommit())))
            .collect(Collectors.joining());
    return table(
            "<th scope=col>View<th scope=col>State<th scope=col class=num>Rows<th scope=col"
                + " class=num>Keeps<th scope=col class=num>Behind<th scope=col class=num>As of, "
                + Html.ZONE,
            rows,
            "No view is kept. Name one under \"views\" in freshet.yaml.")
        + more(views.size(), VIEWS, "views");
  }

  String alerts() {
    List<Alert> alerts =
        ViewsApi.sorted(model).stream()
            .filter(alert -> alert.state() != Alert.State.INACTIVE)
            .toList();
    String rows =
        alerts.stream()
            .map(ViewsApi.AlertAnswer::of)
            .map(
                alert ->
                    "<tr><th scope=row>%s<span class=sub> %s</span><td><span class=\"word %s\">%s</span><td>%s<td class=num>%s×<td class=num>%s"
                        .formatted(
                            Html.text(alert.slo()),
                            Html.text(alert.windows()),
                            alert.state().equals("firing") ? "stopped" : "slow",
                            alert.state(),
                            Html.text(alert.severity()),
                            Html.number(alert.longBurn(), 1),
                            Html.moment(alert.since())))
            .collect(Collectors.joining());
    return table(
        "<th scope=col>Objective<th scope=col>State<th scope=col>Severity<th scope=col"
            + " class=num>Burn<th scope=col class=num>Since, "
            + Html.ZONE,
        rows,
        "No alert. Objectives stand under \"slos\" in freshet.yaml.");
  }

  String feed(PageQuery query) {
    String rows =
        model.freshness().feed().after(0, FEED, entry -> true).stream()
            .map(Change::of)
            .map(change -> change(change, query))
            .collect(Collectors.joining());
    return table(
        "<th scope=col>Captured, "
            + Html.ZONE
            + "<th scope=col>Row<th scope=col>Made stale<th scope=col"
            + " class=num>LSN",
        rows,
        "No row change has made anything stale yet.");
  }

  private static String change(Change change, PageQuery query) {
    String stale =
        change.stale().stream()
            .limit(TAGS_SHOWN)
            .map(tag -> link(query, tag))
            .collect(Collectors.joining(", "));
    String shown = change.stale().isEmpty() ? "everything" : stale;
    int more = change.stale().size() - TAGS_SHOWN;
    return "<tr><td>%s<td><span class=sub>%s</span> %s <code>%s</code><td>%s%s<td class=\"num sub\">%s"
        .formatted(
            Html.time(change.captured()),
            Html.text(change.operation()),
            Html.text(change.table()),
            Html.text(change.row()),
            shown,
            more > 0 ? " and %d more".formatted(more) : "",
            Html.text(change.lsn()));
  }

  String why(PageQuery query) {
    if (query.why().isEmpty()) {
      return "<p class=fine>Type a key or a tag to see the row change behind it.</p>";
    }
    Why why;
    try {
      why = find(query.why());
    } catch (ProblemException e) {
      return "<p class=empty>%s. %s.</p>".formatted(Html.text(e.detail()), Html.text(e.hint()));
    }
    boolean key = why.kind().equals("key");
    return """
    <dl class=because>
    <dt>%s<dd><b>%s</b>
    <dt>%s<dd>%s
    <dt>Row<dd>%s %s <code>%s</code>
    <dt>Committed<dd>%s %s, LSN %s
    <dt>Made stale<dd>%s
    </dl>
    <p class=fine><a href="/api/v1/why?%s=%s">as JSON</a>, or <code>freshet why %s%s</code></p>\
    """
        .formatted(
            key ? "Key" : "Tag",
            Html.text(why.name()),
            key ? "Deleted" : "State",
            key
                ? "%s %s, %s after the commit, through %s"
                    .formatted(
                        Html.moment(why.deleted()),
                        Html.ZONE,
                        Html.millis(why.msAfterCommit()),
                        link(query, why.tag()))
                : "stale since that commit",
            Html.text(why.operation()),
            Html.text(why.table()),
            Html.text(why.row()),
            Html.moment(why.committed()),
            Html.ZONE,
            Html.text(why.lsn()),
            why.stale().stream().map(tag -> link(query, tag)).collect(Collectors.joining(", ")),
            why.kind(),
            Html.text(URLEncoder.encode(why.name(), StandardCharsets.UTF_8)),
            key ? "" : "--tag ",
            Html.text(quoted(why.name())));
  }

  /** As one word of a shell, whatever is in it: a name may be somebody else's. */
  private static String quoted(String name) {
    return name.matches("[A-Za-z0-9_:./@%+=,-]+") ? name : "'" + name.replace("'", "'\\''") + "'";
  }

  /** A key first, since a key is what people see; then a tag. */
  private Why find(String name) throws ProblemException {
    try {
      return FeedApi.why(model, name, "");
    } catch (ProblemException notAKey) {
      return FeedApi.why(model, "", name);
    }
  }
}

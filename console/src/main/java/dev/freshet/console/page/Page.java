package dev.freshet.console.page;

import dev.freshet.console.api.Setup;
import dev.freshet.console.api.Status;
import dev.freshet.console.model.Model;
import dev.freshet.console.model.Recent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The dashboard: a frame, and the parts in it by their ids. Thread-safe. */
public final class Page {

  private static final String FRAME = resource("page.html");
  private static final int MOST_QUERIES = 50;
  private static final Pattern HOLE = Pattern.compile("\\{([a-z-]+)}");

  private final Model model;
  private final Setup setup;
  private final Tiles tiles;
  private final Tables tables;
  private final Chart chart;
  private final Parts system;
  private final Recent<PageQuery, byte[]> recent = new Recent<>(MOST_QUERIES);

  public Page(Model model, Setup setup) {
    this.model = model;
    this.setup = setup;
    this.tiles = new Tiles(model, setup);
    this.tables = new Tables(model, setup);
    this.chart = new Chart(model, setup);
    this.system = new Parts(model, setup);
  }

  /** The parts that change by themselves, by the ids of the elements they are in. */
  public Map<String, String> live(PageQuery query, Status status, long nowMillis) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("headline", Tiles.headline(status));
    parts.put("tiles", tiles.tiles(status, nowMillis));
    parts.put("stages", Tiles.stages(status.stages(), nowMillis));
    parts.put("alerts", tables.alerts());
    parts.put("routes", tables.routes(query, nowMillis));
    parts.put("names", tables.names(query, nowMillis));
    parts.put("views", tables.views(status.state()));
    parts.put("feed", tables.feed(query));
    parts.put("system", system.cards(nowMillis));
    return parts;
  }

  /** The whole page; the same for half a second for all who chose the same. Not to be changed. */
  public byte[] whole(PageQuery query, Supplier<Status> status, long nowMillis) {
    return recent.get(query, () -> whole(query, status.get(), nowMillis));
  }

  private byte[] whole(PageQuery query, Status status, long nowMillis) {
    Map<String, String> parts = live(query, status, nowMillis);
    parts.put("chart", chart.draw(query, nowMillis));
    parts.put("why", tables.why(query));
    return fill(query, parts, status.state().word());
  }

  /** The page before the reader has shown a token: its frame and nothing in it. */
  public byte[] locked(PageQuery query) {
    return fill(query, Map.of(), "locked");
  }

  private byte[] fill(PageQuery query, Map<String, String> parts, String state) {
    Map<String, String> all = new HashMap<>(parts);
    all.put("state", state);
    all.put("namespace", Html.text(model.topics().namespace()));
    all.put("ranges", choices(query, "range", PageQuery.RANGES, query.range()));
    all.put("series", choices(query, "series", PageQuery.SERIES, query.series()));
    all.put("windows", choices(query, "window", setup.windows(), query.window()));
    all.put("kept-by-filter", kept(query, Set.of("service", "route")));
    all.put("kept-by-search", kept(query, Set.of("why")));
    all.put("service-value", Html.text(query.service()));
    all.put("route-value", Html.text(query.route()));
    all.put("why-value", Html.text(query.why()));
    // In one pass: what stands in a name of somebody else's is not looked at again.
    return HOLE.matcher(FRAME)
        .replaceAll(hole -> Matcher.quoteReplacement(all.getOrDefault(hole.group(1), "")))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String choices(PageQuery query, String name, List<String> values, String chosen) {
    return values.stream()
        .map(
            value ->
                "<a href=\"%s\"%s>%s</a>"
                    .formatted(
                        Html.text(query.with(name, value)),
                        value.equals(chosen) ? " aria-current=true" : "",
                        word(value)))
        .collect(Collectors.joining());
  }

  private static String word(String value) {
    return switch (value) {
      case "freshness" -> "Commit to delete";
      case "requests" -> "Requests";
      default -> Html.text(value);
    };
  }

  /** What a form keeps of the address besides its own fields. */
  private static String kept(PageQuery query, Set<String> own) {
    return query.chosen().entrySet().stream()
        .filter(field -> !own.contains(field.getKey()))
        .map(
            field ->
                "<input type=hidden name=%s value=\"%s\">"
                    .formatted(field.getKey(), Html.text(field.getValue())))
        .collect(Collectors.joining());
  }

  /** A file beside this class. */
  static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

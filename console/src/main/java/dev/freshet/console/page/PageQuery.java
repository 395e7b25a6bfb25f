package dev.freshet.console.page;

import dev.freshet.console.api.Setup;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a reader chose, as it stands in the address of the page. Anything else is taken for not
 * chosen: an old bookmark still opens.
 *
 * @param range how far the lines go back: 15m, 1h, 6h, 24h
 * @param series {@code freshness} or {@code requests}
 * @param service text in the services' names
 * @param route text in the routes' names
 * @param window of the table of routes
 * @param sort its order
 * @param why the key or tag searched for
 */
public record PageQuery(
    String range,
    String series,
    String service,
    String route,
    String window,
    String sort,
    String why) {

  /** What {@link #range} may be. */
  public static final List<String> RANGES = List.of("15m", "1h", "6h", "24h");

  static final List<String> SERIES = List.of("freshness", "requests");
  static final List<String> SORTS = List.of("p95", "p99", "max", "count", "errors");
  private static final int LONGEST = 200;

  /**
   * Reads an address.
   *
   * @param setup has the windows there are
   */
  public static PageQuery of(Map<String, List<String>> query, Setup setup) {
    return new PageQuery(
        choice(query, "range", RANGES, "15m"),
        choice(query, "series", SERIES, "freshness"),
        text(query, "service"),
        text(query, "route"),
        choice(query, "window", setup.windows(), setup.usualWindow()),
        choice(query, "sort", SORTS, "p95"),
        text(query, "why"));
  }

  private static String text(Map<String, List<String>> query, String name) {
    List<String> given = query.getOrDefault(name, List.of());
    String text = given.isEmpty() ? "" : given.get(0).strip();
    return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
  }

  private static String choice(
      Map<String, List<String>> query, String name, List<String> choices, String standard) {
    String text = text(query, name);
    return choices.contains(text) ? text : standard;
  }

  Duration duration() {
    return Duration.parse("PT" + range.toUpperCase(java.util.Locale.ROOT));
  }

  /** This address with another value of one parameter; what is as usual is left out. */
  String with(String name, String value) {
    Map<String, String> all = chosen();
    all.put(name, value);
    StringBuilder address = new StringBuilder();
    all.forEach(
        (key, chosen) ->
            address
                .append(address.isEmpty() ? '?' : '&')
                .append(key)
                .append('=')
                .append(URLEncoder.encode(chosen, StandardCharsets.UTF_8)));
    return address.toString();
  }

  /** What differs from what is usual, by the name in the address. */
  Map<String, String> chosen() {
    Map<String, String> all = new LinkedHashMap<>();
    put(all, "range", range, "15m");
    put(all, "series", series, "freshness");
    put(all, "service", service, "");
    put(all, "route", route, "");
    put(all, "window", window, "5m");
    put(all, "sort", sort, "p95");
    put(all, "why", why, "");
    return all;
  }

  /** This address with the lines of one route. */
  String lines(String ofService, String ofRoute) {
    return new PageQuery(range, "requests", ofService, ofRoute, window, sort, why)
        .with("series", "requests");
  }

  private static void put(Map<String, String> all, String name, String value, String usual) {
    if (!value.equals(usual)) {
      all.put(name, value);
    }
  }

  /** The same parts look the same to everybody with the same key; a search is not streamed. */
  public PageQuery streamed() {
    return new PageQuery(range, series, service, route, window, sort, "");
  }
}

package dev.freshet.console.model;

import dev.freshet.console.model.History.Route;
import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.RequestCounts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Rolling windows of every route, and the history of each by the minute. Rows beyond {@value
 * #MOST_ROWS}, or beyond the memory for them, are refused and counted; of the history the oldest
 * minutes go first, those of sums and of routes apart. Thread-safe.
 */
public final class Latencies {

  static final int MOST_ROWS = 200_000;
  static final int MOST_MINUTES = 100_000;

  /** A minute of a route. */
  public record Minute(long millis, RequestCounts counts, ExponentialHistogram durations) {}

  /** By window. */
  private final Map<String, Map<Route, LatencyRow>> rows = new ConcurrentHashMap<>();

  private final AtomicInteger rowsKept = new AtomicInteger();
  private final History routes;
  private final History totals;
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong rowBytes = new AtomicLong();
  private final long mostRowBytes;

  Latencies(Memory memory) {
    this.mostRowBytes = memory.windows();
    this.routes = new History(MOST_MINUTES, memory.history() / 2);
    this.totals = new History(MOST_MINUTES, memory.history() / 2);
  }

  /** Called by one thread. */
  void put(LatencyRow row) {
    Map<Route, LatencyRow> window = rows.getOrDefault(row.window(), Map.of());
    Route route = new Route(row.service(), row.route());
    if ((rowsKept.get() >= MOST_ROWS || rowBytes.get() >= mostRowBytes)
        && !window.containsKey(route)) {
      refused.incrementAndGet();
      return;
    }
    if (rows.computeIfAbsent(row.window(), absent -> new ConcurrentHashMap<>()).put(route, row)
        == null) {
      rowsKept.incrementAndGet();
      rowBytes.addAndGet(Memory.of(row));
    }
  }

  /** Called by the same thread. */
  void remove(String service, String route, String window) {
    Map<Route, LatencyRow> of = rows.get(window);
    if (of == null) {
      return;
    }
    LatencyRow gone = of.remove(new Route(service, route));
    if (gone != null) {
      rowsKept.decrementAndGet();
      rowBytes.addAndGet(-Memory.of(gone));
    }
    if (of.isEmpty()) {
      rows.remove(window);
    }
  }

  synchronized void put(LatencyMinute minute) {
    Route route = new Route(minute.service(), minute.route());
    of(route).put(route, minute);
  }

  /** Sums have room of their own: a thousand routes do not cut the history of all short. */
  private History of(Route route) {
    return route.isTotal() ? totals : routes;
  }

  /** About how many bytes the windows take. */
  long rowBytes() {
    return rowBytes.get();
  }

  /** About how many bytes the history takes. */
  synchronized long minuteBytes() {
    return routes.bytes() + totals.bytes();
  }

  /** Every route in this window, as they are now, in no order; not to be changed. */
  public Collection<LatencyRow> rows(String window) {
    return Collections.unmodifiableCollection(rows.getOrDefault(window, Map.of()).values());
  }

  /** The row of one route. */
  public Optional<LatencyRow> row(String service, String route, String window) {
    return Optional.ofNullable(rows.getOrDefault(window, Map.of()).get(new Route(service, route)));
  }

  /** How many rows are kept. */
  public int size() {
    return rowsKept.get();
  }

  /** How many minutes of routes are kept. */
  public synchronized int minutesKept() {
    return routes.size() + totals.size();
  }

  /** Rows that came when there was no more room. */
  public long refused() {
    return refused.get();
  }

  /**
   * The history of a route, merged to steps of whole minutes; steps without requests are absent.
   *
   * @param service its exact name; {@link LatencyRow#TOTAL} for every service that has the route
   * @param route its exact name; the same for all routes of the service
   */
  public synchronized List<Minute> history(
      String service, String route, long fromMillis, long toMillis, long stepMillis) {
    Route wanted = new Route(service, route);
    List<Minute> all = new ArrayList<>();
    for (LatencyMinute minute : of(wanted).of(wanted, fromMillis, toMillis)) {
      long begin = Math.floorDiv(minute.minuteMillis(), stepMillis) * stepMillis;
      Minute last = all.isEmpty() ? null : all.get(all.size() - 1);
      if (last == null || last.millis() != begin) {
        last = new Minute(begin, RequestCounts.NONE, new ExponentialHistogram());
        all.add(last);
      }
      last.durations().merge(minute.latencies());
      all.set(
          all.size() - 1, new Minute(begin, sum(last.counts(), minute.counts()), last.durations()));
    }
    return all;
  }

  /**
   * Before this moment the minutes of a route, or of sums, made room for newer ones; the lowest
   * number while there was room for all.
   *
   * @param route {@link LatencyRow#TOTAL} for sums
   */
  public synchronized long historyBegins(String route) {
    return of(new Route(LatencyRow.TOTAL, route)).beginMillis();
  }

  private static RequestCounts sum(RequestCounts a, RequestCounts b) {
    return new RequestCounts(
        a.total() + b.total(),
        a.errors() + b.errors(),
        a.hits() + b.hits(),
        a.misses() + b.misses(),
        a.late() + b.late(),
        a.clamped() + b.clamped());
  }
}

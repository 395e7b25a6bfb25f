package dev.freshet.console.model;

import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.RequestCounts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Rolling windows of every route, and the history of each by the minute. Rows beyond {@value
 * #MOST_ROWS}, or beyond the memory for them, are refused and counted; of the history the oldest
 * minutes go first. Thread-safe.
 */
public final class Latencies {

  static final int MOST_ROWS = 200_000;
  static final int MOST_MINUTES = 100_000;
  private static final int MOST_ORDERS = 32;

  private record Key(String service, String route, String window) {}

  private record Route(String service, String route) {}

  /** A minute of a route. */
  public record Minute(long millis, RequestCounts counts, ExponentialHistogram durations) {}

  private final Map<Key, LatencyRow> rows = new ConcurrentHashMap<>();
  private final TreeMap<Long, Map<Route, LatencyMinute>> minutes = new TreeMap<>();
  private final AtomicLong refused = new AtomicLong();
  private final Recent<String, List<LatencyRow>> sorted = new Recent<>(MOST_ORDERS);
  private final AtomicLong rowBytes = new AtomicLong();
  private final long mostRowBytes;
  private final long mostMinuteBytes;
  private long minuteBytes;
  private int minutesKept;

  Latencies(Memory memory) {
    this.mostRowBytes = memory.windows();
    this.mostMinuteBytes = memory.history();
  }

  /** Called by one thread. */
  void put(LatencyRow row) {
    Key key = new Key(row.service(), row.route(), row.window());
    if ((rows.size() >= MOST_ROWS || rowBytes.get() >= mostRowBytes) && !rows.containsKey(key)) {
      refused.incrementAndGet();
      return;
    }
    if (rows.put(key, row) == null) {
      rowBytes.addAndGet(Memory.of(row));
    }
  }

  void remove(String service, String route, String window) {
    LatencyRow gone = rows.remove(new Key(service, route, window));
    if (gone != null) {
      rowBytes.addAndGet(-Memory.of(gone));
    }
  }

  synchronized void put(LatencyMinute minute) {
    Map<Route, LatencyMinute> at =
        minutes.computeIfAbsent(minute.minuteMillis(), absent -> new HashMap<>());
    LatencyMinute before = at.put(new Route(minute.service(), minute.route()), minute);
    minutesKept += before == null ? 1 : 0;
    minuteBytes += Memory.of(minute) - (before == null ? 0 : Memory.of(before));
    while ((minutesKept > MOST_MINUTES || minuteBytes > mostMinuteBytes) && minutes.size() > 1) {
      Map<Route, LatencyMinute> gone = minutes.pollFirstEntry().getValue();
      minutesKept -= gone.size();
      gone.values().forEach(one -> minuteBytes -= Memory.of(one));
    }
  }

  /** About how many bytes the windows take. */
  long rowBytes() {
    return rowBytes.get();
  }

  /** About how many bytes the history takes. */
  synchronized long minuteBytes() {
    return minuteBytes;
  }

  /**
   * Every route in this window, in this order, as of at most half a second ago: to sort them for
   * each question would take longer than all the rest of an answer.
   *
   * @param name of the order
   */
  public List<LatencyRow> rows(String window, String name, Comparator<LatencyRow> order) {
    return sorted.get(
        window + '\u0000' + name,
        () ->
            rows.values().stream()
                .filter(row -> row.window().equals(window))
                .sorted(order)
                .toList());
  }

  /** The row of one route. */
  public Optional<LatencyRow> row(String service, String route, String window) {
    return Optional.ofNullable(rows.get(new Key(service, route, window)));
  }

  /** How many rows are kept. */
  public int size() {
    return rows.size();
  }

  /** How many minutes of routes are kept. */
  public synchronized int minutesKept() {
    return minutesKept;
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
    for (var at : minutes.subMap(fromMillis, toMillis).entrySet()) {
      List<LatencyMinute> found = found(at.getValue(), wanted);
      if (found.isEmpty()) {
        continue;
      }
      long begin = Math.floorDiv(at.getKey(), stepMillis) * stepMillis;
      Minute last = all.isEmpty() ? null : all.get(all.size() - 1);
      if (last == null || last.millis() != begin) {
        last = new Minute(begin, RequestCounts.NONE, new ExponentialHistogram());
        all.add(last);
      }
      for (LatencyMinute minute : found) {
        last.durations().merge(minute.latencies());
        last = new Minute(begin, sum(last.counts(), minute.counts()), last.durations());
      }
      all.set(all.size() - 1, last);
    }
    return all;
  }

  private static List<LatencyMinute> found(Map<Route, LatencyMinute> of, Route wanted) {
    LatencyMinute one = of.get(wanted);
    if (one != null) {
      return List.of(one);
    }
    boolean ofAnyService =
        wanted.service().equals(LatencyRow.TOTAL) && !wanted.route().equals(LatencyRow.TOTAL);
    return !ofAnyService
        ? List.of()
        : of.entrySet().stream()
            .filter(at -> at.getKey().route().equals(wanted.route()))
            .map(Map.Entry::getValue)
            .toList();
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

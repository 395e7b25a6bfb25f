package dev.freshet.console.model;

import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Minutes of routes, the newest ones: of more than there is room for, the oldest minutes go first.
 * Not thread-safe.
 */
final class History {

  record Route(String service, String route) {
    boolean isTotal() {
      return route.equals(LatencyRow.TOTAL);
    }
  }

  private final TreeMap<Long, Map<Route, LatencyMinute>> minutes = new TreeMap<>();
  private final int most;
  private final long mostBytes;
  private long bytes;
  private int kept;
  private long begin = Long.MIN_VALUE;

  /**
   * @param most minutes of routes
   * @param mostBytes about which they may take
   */
  History(int most, long mostBytes) {
    this.most = most;
    this.mostBytes = mostBytes;
  }

  void put(Route route, LatencyMinute minute) {
    if (minute.minuteMillis() < begin) {
      return;
    }
    LatencyMinute before =
        minutes
            .computeIfAbsent(minute.minuteMillis(), absent -> new HashMap<>())
            .put(route, minute);
    kept += before == null ? 1 : 0;
    bytes += Memory.of(minute) - (before == null ? 0 : Memory.of(before));
    while ((kept > most || bytes > mostBytes) && minutes.size() > 1) {
      Map<Route, LatencyMinute> gone = minutes.pollFirstEntry().getValue();
      begin = minutes.firstKey();
      kept -= gone.size();
      gone.values().forEach(one -> bytes -= Memory.of(one));
    }
  }

  /** Before this moment nothing is known any more; the lowest number while all is. */
  long beginMillis() {
    return begin;
  }

  long bytes() {
    return bytes;
  }

  int size() {
    return kept;
  }

  /** The minutes of a route; of that of all services, when its service is the total. */
  List<LatencyMinute> of(Route wanted, long fromMillis, long toMillis) {
    List<LatencyMinute> all = new ArrayList<>();
    for (Map<Route, LatencyMinute> at : minutes.subMap(fromMillis, toMillis).values()) {
      LatencyMinute one = at.get(wanted);
      if (one != null) {
        all.add(one);
      } else if (wanted.service().equals(LatencyRow.TOTAL) && !wanted.isTotal()) {
        at.forEach(
            (route, minute) -> {
              if (route.route().equals(wanted.route())) {
                all.add(minute);
              }
            });
      }
    }
    return all;
  }
}

package dev.freshet.metrics;

import dev.freshet.events.Utf8;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** The routes of one service in one input partition since the last commit. Not thread-safe. */
final class CombinedService {

  private final byte[] name;
  private final int maxRoutes;
  private final Slices<CombinedRoute> routes = new Slices<>();
  private boolean used;
  private long lastUsedMillis;

  CombinedService(byte[] name, int maxRoutes) {
    this.name = name;
    this.maxRoutes = maxRoutes;
  }

  byte[] name() {
    return name;
  }

  /** The route of this name, or the one for routes there is no room for. */
  CombinedRoute route(Utf8 route) {
    used = true;
    CombinedRoute found = routes.get(route.bytes(), route.offset(), route.length());
    return found != null ? found : create(route);
  }

  private CombinedRoute create(Utf8 route) {
    byte[] own = Arrays.copyOfRange(route.bytes(), route.offset(), route.offset() + route.length());
    boolean total = Arrays.equals(own, Merger.Reserved.TOTAL);
    byte[] counted = routes.size() < maxRoutes || total ? own : Merger.Reserved.OTHER;
    CombinedRoute found = routes.get(counted);
    if (found == null) {
      boolean refused = total || Arrays.equals(name, Merger.Reserved.TOTAL);
      found = new CombinedRoute(counted, refused);
      routes.put(counted, found);
    }
    return found;
  }

  /**
   * Shows all counts and begins anew.
   *
   * @param clockMillis the time of this
   * @param each takes the routes and panes
   * @param total takes their sums, by pane
   */
  void empty(long clockMillis, CombinedRoute.Emptying each, BiConsumer<Long, Tally> total) {
    if (!used) {
      if (routes.size() > 0) {
        routes.removeIf(route -> true); // only its name keeps its place
      }
      return;
    }
    used = false;
    lastUsedMillis = clockMillis;
    Map<Long, Tally> totals = new TreeMap<>();
    for (CombinedRoute route : routes.values()) {
      if (route.isUsed()) {
        route.empty(
            (from, pane, tally) -> {
              each.pane(from, pane, tally);
              totals.computeIfAbsent(pane, key -> new Tally()).merge(tally);
            });
      }
    }
    totals.forEach(total);
    if (routes.size() > maxRoutes / 2) {
      routes.removeIf(route -> !route.isUsed());
    }
  }

  /** Whether nothing has been counted for longer than this. */
  boolean isForgotten(long clockMillis, long keptMillis) {
    return !used && clockMillis - lastUsedMillis > keptMillis;
  }
}

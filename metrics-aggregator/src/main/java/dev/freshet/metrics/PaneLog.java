package dev.freshet.metrics;

import dev.freshet.events.Varints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The changelog of a {@link Merger}. A key is one slot of one route: varint lengths and bytes of
 * service and route, then {@code 0} (pane) or {@code 1} (minute), then the slot. A value is the
 * slot's entry as {@link Ring} holds it: a number and its whole tally, so that an old value under
 * the same key is void and writing one twice changes nothing.
 */
final class PaneLog {

  /** The key of the clock: no service has an empty name. */
  static final byte[] CLOCK = {0};

  private static final int PANE = 0;
  private static final int MINUTE = 1;

  /** Finds a route, or creates it. */
  interface Routes {
    RouteWindows of(byte[] service, byte[] route);
  }

  private final List<RouteWindows> erased = new ArrayList<>();
  private final Varints out = new Varints(256);

  /** Routes to be deleted with the next {@link #save}. */
  void toBeErased(List<RouteWindows> routes) {
    erased.addAll(routes);
  }

  /** Writes what has changed since the last time. */
  void save(CommitStore changelog, Slices<Slices<RouteWindows>> services, long wall) {
    // A route that went may be back already: what it has now comes after its deletes.
    for (RouteWindows route : erased) {
      route.fine().erase((slot, entry) -> changelog.log(key(route, PANE, slot), null, wall));
      route.minutes().erase((slot, entry) -> changelog.log(key(route, MINUTE, slot), null, wall));
    }
    erased.clear();
    for (Slices<RouteWindows> all : services.values()) {
      for (RouteWindows route : all.values()) {
        route.fine().save((slot, entry) -> changelog.log(key(route, PANE, slot), entry, wall));
        route.minutes().save((slot, entry) -> changelog.log(key(route, MINUTE, slot), entry, wall));
      }
    }
  }

  private byte[] key(RouteWindows route, int kind, int slot) {
    out.clear();
    out.varint(route.serviceName().length);
    out.all(route.serviceName(), 0, route.serviceName().length);
    out.varint(route.routeName().length);
    out.all(route.routeName(), 0, route.routeName().length);
    out.one(kind);
    out.varint(slot);
    return out.toBytes();
  }

  /** Puts an entry back, unless its time has passed since. */
  static void restore(byte[] key, byte[] entry, long present, Panes panes, Routes routes) {
    Varints in = new Varints(key, 0, key.length);
    byte[] service = name(key, in);
    byte[] name = name(key, in);
    int kind = in.one();
    int slot = (int) in.varint();
    long number = Ring.number(entry);
    RouteWindows route = routes.of(service, name);
    if (kind == PANE) {
      boolean kept = number >= present - Panes.PANES_KEPT && number <= present + Panes.PANES_AHEAD;
      route.fine().restore(slot, kept ? entry : null);
    } else {
      long minute = Panes.minuteOfPane(present);
      boolean kept = number > minute - panes.minutesKept() && number <= minute;
      route.minutes().restore(slot, kept ? entry : null);
    }
  }

  private static byte[] name(byte[] key, Varints in) {
    int length = (int) in.varint();
    int from = in.at();
    in.skip(length);
    return Arrays.copyOfRange(key, from, from + length);
  }
}

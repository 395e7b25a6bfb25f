package dev.freshet.metrics;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The counts of one route in one input partition since the last commit. Not thread-safe. */
final class CombinedRoute {

  /** Takes a pane and what was counted in it. */
  interface Emptying {
    void pane(CombinedRoute route, long pane, Tally tally);
  }

  private final byte[] name;
  private final boolean refused;
  private long pane = Long.MIN_VALUE;
  private Tally tally = new Tally();

  /** Panes before and after it: events come a little out of order, a backlog quickly. */
  private @Nullable List<Long> otherPanes;

  private @Nullable List<Tally> otherTallies;

  /**
   * A route.
   *
   * @param refused whether no event may carry this name
   */
  CombinedRoute(byte[] name, boolean refused) {
    this.name = name;
    this.refused = refused;
  }

  byte[] name() {
    return name;
  }

  boolean isRefused() {
    return refused;
  }

  boolean isUsed() {
    return pane != Long.MIN_VALUE;
  }

  /** The tally of a pane. */
  Tally at(long wanted) {
    return wanted == pane ? tally : change(wanted);
  }

  private Tally change(long wanted) {
    if (pane == Long.MIN_VALUE) {
      pane = wanted;
      return tally;
    }
    List<Long> panes = otherPanes;
    List<Tally> tallies = otherTallies;
    if (panes == null || tallies == null) {
      panes = new ArrayList<>(4);
      tallies = new ArrayList<>(4);
      otherPanes = panes;
      otherTallies = tallies;
    }
    int found = panes.lastIndexOf(wanted);
    Tally next = found >= 0 ? tallies.get(found) : new Tally();
    if (found >= 0) {
      panes.set(found, pane);
      tallies.set(found, tally);
    } else {
      panes.add(pane);
      tallies.add(tally);
    }
    pane = wanted;
    tally = next;
    return next;
  }

  /** Shows all panes and begins anew. */
  void empty(Emptying into) {
    if (!isUsed()) {
      return;
    }
    List<Long> panes = otherPanes;
    List<Tally> tallies = otherTallies;
    if (panes != null && tallies != null) {
      for (int i = 0; i < panes.size(); i++) {
        into.pane(this, panes.get(i), tallies.get(i));
      }
      otherPanes = null;
      otherTallies = null;
    }
    into.pane(this, pane, tally);
    tally.clear();
    pane = Long.MIN_VALUE;
  }
}

package dev.freshet.metrics;

import dev.freshet.events.LatencyJson;
import dev.freshet.events.Varints;
import dev.freshet.metrics.Panes.Window;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One route's panes, minutes and windows. A window is a running sum: a pane that closes is added,
 * one that expires is taken away, so its cost does not depend on its length.
 *
 * <p>What always holds, with {@code P} the pane that is open and {@code M} its minute: a window of
 * {@code n} panes is the sum of the panes {@code [P-n, P)}; one of {@code n} minutes is the sum of
 * the minutes {@code (M-n, M)} and of the panes {@code [12M, P)}. Not thread-safe.
 */
final class RouteWindows {

  /** What all routes of a merger share, so that they need no memory of their own for it. */
  static final class Bench {
    final Panes panes;
    final Tally tally = new Tally();
    final Tally late = new Tally();
    final Varints out = new Varints(1024);

    Bench(Panes panes) {
      this.panes = panes;
    }
  }

  /** Takes minutes that have just closed. */
  interface Closing {
    void minute(RouteWindows route, long minute, Tally tally);
  }

  private final Bench bench;
  private final byte[] service;
  private final byte[] route;
  private final Ring fine = new Ring(Panes.PANE_RING);
  private final Ring minutes;
  private final BitSet amended = new BitSet();
  private final Tally[] sums;
  private final long[] longest;
  private int longestUnknown; // bits by window
  private int changed; // bits by window
  private final byte[] @Nullable [] keys;
  private RouteTotals.@Nullable Total total;

  RouteWindows(Bench bench, byte[] service, byte[] route) {
    this.bench = bench;
    this.service = service;
    this.route = route;
    this.minutes = new Ring(bench.panes.minuteRing());
    int windows = bench.panes.windows().size();
    this.sums = new Tally[windows];
    for (int w = 0; w < windows; w++) {
      sums[w] = new Tally();
    }
    this.longest = new long[windows];
    this.keys = new byte[windows][];
  }

  /** Whether it is the sum of other routes. */
  boolean isTotal() {
    return Arrays.equals(route, Merger.Reserved.TOTAL);
  }

  /** What it adds up to since this process has counted it, once that was asked for. */
  RouteTotals.@Nullable Total total() {
    return total;
  }

  void total(RouteTotals.Total here) {
    total = here;
  }

  byte[] serviceName() {
    return service;
  }

  byte[] routeName() {
    return route;
  }

  String service() {
    return new String(service, StandardCharsets.UTF_8);
  }

  String route() {
    return new String(route, StandardCharsets.UTF_8);
  }

  /**
   * Adds counts to their pane, or to the highest there is room for.
   *
   * @param present the pane that is open
   * @return false when they are older than everything that is kept
   */
  boolean add(long pane, long present, byte[] bytes, int from, int to) {
    if (pane >= present) {
      long place = Math.min(pane, present + Panes.PANES_AHEAD);
      bench.tally.clear();
      bench.tally.merge(bytes, from, to); // what is no tally ends here
      byte[] entry = fine.get(place);
      if (entry == null) {
        fine.put(place, Ring.entry(place, bytes, from, to, bench.out));
      } else {
        bench.tally.merge(entry, Ring.tally(entry), entry.length);
        fine.put(place, Ring.entry(place, bench.tally, bench.out));
      }
      return true;
    }
    long minute = Panes.minuteOfPane(pane);
    long presentMinute = Panes.minuteOfPane(present);
    if (minute <= presentMinute - bench.panes.minutesKept()) {
      return false;
    }
    Tally late = bench.late;
    late.clear();
    late.merge(bytes, from, to);
    late.allLate();
    if (pane >= present - Panes.PANES_KEPT) {
      addLate(fine, pane);
    }
    if (minute < presentMinute) {
      addLate(minutes, minute);
      amended.set((int) (presentMinute - minute));
    }
    List<Window> windows = bench.panes.windows();
    for (int w = 0; w < windows.size(); w++) {
      Window window = windows.get(w);
      boolean inside =
          window.fine()
              ? pane >= present - window.length()
              : minute > presentMinute - window.length();
      if (inside) {
        sums[w].merge(late);
        longest[w] = Math.max(longest[w], late.latencies().maxNanos());
        changed |= 1 << w;
      }
    }
    return true;
  }

  private void addLate(Ring ring, long number) {
    bench.tally.clear();
    bench.tally.merge(bench.late);
    byte[] entry = ring.get(number);
    if (entry != null) {
      bench.tally.merge(entry, Ring.tally(entry), entry.length);
    }
    ring.put(number, Ring.entry(number, bench.tally, bench.out));
  }

  /** Moves on from the open pane {@code present} to {@code next}. */
  void advance(long present, long next, Closing closing) {
    if (next - present > Panes.PANES_KEPT) {
      leap(present, next, closing);
      return;
    }
    for (long pane = present; pane < next; pane++) {
      close(pane, closing);
    }
  }

  private void close(long pane, Closing closing) {
    byte[] closed = fine.get(pane);
    List<Window> windows = bench.panes.windows();
    for (int w = 0; w < windows.size(); w++) {
      if (closed != null) {
        plus(w, closed);
      }
      if (windows.get(w).fine()) {
        minus(w, fine.get(pane - windows.get(w).length()));
      }
    }
    fine.drop(pane - Panes.PANES_KEPT);
    long minute = Panes.minuteOfPane(pane);
    if (Panes.minuteOfPane(pane + 1) != minute) {
      closeMinute(minute, closing);
      for (int w = 0; w < windows.size(); w++) {
        if (!windows.get(w).fine()) {
          minus(w, minutes.get(minute + 1 - windows.get(w).length()));
        }
      }
      minutes.drop(minute + 1 - bench.panes.minutesKept());
      forgetAmended();
    }
  }

  private void closeMinute(long minute, Closing closing) {
    Tally sum = bench.tally;
    sum.clear();
    for (int i = 0; i < Panes.PANES_PER_MINUTE; i++) {
      byte[] entry = fine.get(minute * Panes.PANES_PER_MINUTE + i);
      if (entry != null) {
        sum.merge(entry, Ring.tally(entry), entry.length);
      }
    }
    if (sum.total() > 0) {
      minutes.put(minute, Ring.entry(minute, sum, bench.out));
      closing.minute(this, minute, sum);
    }
  }

  private void plus(int w, byte[] entry) {
    int tally = Ring.tally(entry);
    sums[w].merge(entry, tally, entry.length);
    longest[w] = Math.max(longest[w], Tally.maxNanos(entry, tally));
    changed |= 1 << w;
  }

  private void minus(int w, byte @Nullable [] entry) {
    if (entry == null) {
      return;
    }
    int tally = Ring.tally(entry);
    sums[w].subtract(entry, tally, entry.length);
    if (Tally.maxNanos(entry, tally) >= longest[w]) {
      longestUnknown |= 1 << w;
    }
    if (sums[w].total() == 0) {
      sums[w].release();
    }
    changed |= 1 << w;
  }

  /** Far ahead at once: closes the minutes that are there, forgets what is old, sums up again. */
  private void leap(long present, long next, Closing closing) {
    long last =
        Math.min(Panes.minuteOfPane(next) - 1, Panes.minuteOfPane(present + Panes.PANE_RING));
    for (long minute = Panes.minuteOfPane(present); minute <= last; minute++) {
      closeMinute(minute, closing);
    }
    fine.dropBelow(next - Panes.PANES_KEPT);
    minutes.dropBelow(Panes.minuteOfPane(next) - bench.panes.minutesKept() + 1);
    forgetAmended();
    sumUp(next);
  }

  /** Computes all windows from what is kept. */
  void sumUp(long present) {
    List<Window> windows = bench.panes.windows();
    for (int w = 0; w < windows.size(); w++) {
      sums[w].clear();
      longest[w] = 0;
      int window = w;
      eachIn(windows.get(w), present, entry -> plus(window, entry));
      if (sums[w].total() == 0) {
        sums[w].release();
      }
    }
    longestUnknown = 0;
    changed = (1 << windows.size()) - 1;
  }

  private void eachIn(Window window, long present, Consumer<byte[]> action) {
    long minute = Panes.minuteOfPane(present);
    long from = window.fine() ? present - window.length() : minute * Panes.PANES_PER_MINUTE;
    for (long pane = from; pane < present; pane++) {
      take(fine.get(pane), action);
    }
    if (!window.fine()) {
      for (long m = minute - window.length() + 1; m < minute; m++) {
        take(minutes.get(m), action);
      }
    }
  }

  private static void take(byte @Nullable [] entry, Consumer<byte[]> action) {
    if (entry != null) {
      action.accept(entry);
    }
  }

  /** Shows closed minutes to which late counts were added since the last time. */
  void amended(long present, Closing closing) {
    long presentMinute = Panes.minuteOfPane(present);
    for (int age = amended.nextSetBit(0); age >= 0; age = amended.nextSetBit(age + 1)) {
      byte[] entry = minutes.get(presentMinute - age);
      if (entry != null) {
        bench.tally.clear();
        bench.tally.merge(entry, Ring.tally(entry), entry.length);
        closing.minute(this, presentMinute - age, bench.tally);
      }
    }
    amended.clear();
  }

  /** The merger has shown them before it moves to another minute. */
  private void forgetAmended() {
    amended.clear();
  }

  boolean isAmended() {
    return !amended.isEmpty();
  }

  /** Whether nothing is left of the route. */
  boolean isEmpty() {
    return fine.isEmpty() && minutes.isEmpty();
  }

  /** Windows whose row is not what it was, as bits; the next call begins with none. */
  int takeChanged() {
    int taken = changed;
    changed = 0;
    return taken;
  }

  Tally sum(int w) {
    return sums[w];
  }

  /** The longest duration of a window, exact, in nanoseconds. */
  long longestNanos(int w, long present) {
    if ((longestUnknown & 1 << w) != 0) {
      longestUnknown &= ~(1 << w);
      long[] found = {0};
      eachIn(
          bench.panes.windows().get(w),
          present,
          entry -> found[0] = Math.max(found[0], Tally.maxNanos(entry, Ring.tally(entry))));
      longest[w] = found[0];
    }
    return longest[w];
  }

  /** The key of a window's row, made once. */
  byte[] key(int w) {
    byte[] key = keys[w];
    if (key == null) {
      String window = bench.panes.windows().get(w).name();
      key = LatencyJson.key(service(), route(), window);
      keys[w] = key;
    }
    return key;
  }

  Ring fine() {
    return fine;
  }

  Ring minutes() {
    return minutes;
  }
}

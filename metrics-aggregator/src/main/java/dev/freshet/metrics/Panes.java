package dev.freshet.metrics;

import java.time.Duration;
import java.util.List;

/**
 * How time is cut: panes of five seconds for the recent past, minutes for the rest.
 *
 * <p>A pane's number is its time divided by its length. Panes lie in rings: a slot is used again
 * once its pane is out of every window, so what is remembered is bounded, and so is its changelog.
 *
 * @param windows the windows, the shortest first
 * @param minutesKept how many closed minutes are kept
 */
record Panes(List<Window> windows, int minutesKept) {

  static final long PANE_MILLIS = 5_000;
  static final long MINUTE_MILLIS = 60_000;
  static final int PANES_PER_MINUTE = (int) (MINUTE_MILLIS / PANE_MILLIS);

  /** Closed panes that are kept: five minutes. */
  static final int PANES_KEPT = 60;

  /** Slots of panes; those not kept are room for panes ahead of the clock. */
  static final int PANE_RING = 128;

  /** How many panes ahead of the present one there is room for. */
  static final int PANES_AHEAD = PANE_RING - PANES_KEPT - 2;

  /** Slots beyond the minutes kept, so that an old one is gone before its slot is needed. */
  private static final int SPARE_MINUTES = 2;

  private static final int LEAST_MINUTES = 10;

  /**
   * A rolling window.
   *
   * @param name as it is written in the config: {@code 5m}
   * @param fine whether it consists of panes; if not, of minutes and the panes of the present one
   * @param length in panes, or in minutes
   */
  record Window(String name, boolean fine, int length) {

    /** Where it begins when {@code present} is the pane that is still open. */
    long fromMillis(long present) {
      return fine
          ? (present - length) * PANE_MILLIS
          : (minuteOfPane(present) - length + 1) * MINUTE_MILLIS;
    }
  }

  static Panes of(List<Duration> windows) {
    List<Window> cut = windows.stream().map(Panes::window).toList();
    int minutes =
        cut.stream().filter(w -> !w.fine()).mapToInt(Window::length).max().orElse(LEAST_MINUTES);
    return new Panes(cut, Math.max(minutes, LEAST_MINUTES));
  }

  private static Window window(Duration length) {
    long millis = length.toMillis();
    boolean fine = millis <= PANES_KEPT * PANE_MILLIS;
    long unit = fine ? PANE_MILLIS : MINUTE_MILLIS;
    return new Window(name(length), fine, (int) (millis / unit));
  }

  /** As it stands in a config: in the largest unit that is whole. */
  static String name(Duration length) {
    long seconds = length.toSeconds();
    if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  int minuteRing() {
    return minutesKept + SPARE_MINUTES;
  }

  static long paneOf(long millis) {
    return Math.floorDiv(millis, PANE_MILLIS);
  }

  static long minuteOfPane(long pane) {
    return Math.floorDiv(pane, PANES_PER_MINUTE);
  }
}

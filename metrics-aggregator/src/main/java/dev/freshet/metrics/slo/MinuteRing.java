package dev.freshet.metrics.slo;

/**
 * Good and bad by minute for the longest window and the minutes after it that are still open: a
 * ring whose slot is the minute modulo its size. Setting a minute again, with late requests or
 * after a restart, replaces it. Not thread-safe.
 */
final class MinuteRing {

  /** Three days, and an hour for clocks that disagree. */
  static final int SIZE = 4320 + 60;

  private final long[] minutes;
  private final long[] bad;
  private final long[] total;
  private long oldest = Long.MAX_VALUE;

  /** A ring for the longest window. */
  MinuteRing() {
    this(SIZE);
  }

  /** A ring of so many minutes. */
  MinuteRing(int size) {
    minutes = new long[size];
    bad = new long[size];
    total = new long[size];
  }

  /** Counts of some minutes. */
  record Sum(long bad, long total) {
    /** 0 when there was no request. */
    double badShare() {
      return total == 0 ? 0 : (double) bad / total;
    }
  }

  /** Sets the counts of a minute; ignored when a later one has its slot already. */
  void set(long minute, long badCount, long totalCount) {
    int slot = Math.floorMod(minute, minutes.length);
    if (minute < minutes[slot]) {
      return;
    }
    minutes[slot] = minute;
    bad[slot] = badCount;
    total[slot] = totalCount;
    oldest = Math.min(oldest, minute);
  }

  /**
   * The share of a window that lies behind the first minute that was ever set: 1 once counting has
   * gone on for as long as the window.
   */
  double known(long lastMinute, int count) {
    long age = oldest > lastMinute ? 0 : lastMinute - oldest + 1;
    return Math.min(1.0, (double) age / count);
  }

  /** The sum of so many minutes, the last of which is {@code lastMinute}. */
  Sum sum(long lastMinute, int count) {
    long badSum = 0;
    long totalSum = 0;
    for (long minute = lastMinute - count + 1; minute <= lastMinute; minute++) {
      int slot = Math.floorMod(minute, minutes.length);
      if (minutes[slot] == minute) {
        badSum += bad[slot];
        totalSum += total[slot];
      }
    }
    return new Sum(badSum, totalSum);
  }
}

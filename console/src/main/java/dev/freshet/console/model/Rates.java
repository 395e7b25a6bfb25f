package dev.freshet.console.model;

import java.util.Arrays;

/**
 * How many of something happened in each of the last {@value #SECONDS} seconds, by the time they
 * happened and not by when they were heard of: a replay after a restart draws the same line.
 * Thread-safe.
 */
public final class Rates {

  static final int SECONDS = 3600;

  private final long[] counts = new long[SECONDS];
  private long newest = Long.MIN_VALUE;

  /** Counts {@code n} at a time; what is older than the ring is not counted. */
  public synchronized void add(long atMillis, long n) {
    long second = Math.floorDiv(atMillis, 1000L);
    advance(second);
    if (second > newest - SECONDS) {
      counts[slot(second)] += n;
    }
  }

  private void advance(long second) {
    if (newest == Long.MIN_VALUE || second - newest >= SECONDS) {
      Arrays.fill(counts, 0);
      newest = second;
    }
    while (newest < second) {
      newest++;
      counts[slot(newest)] = 0;
    }
  }

  private static int slot(long second) {
    return (int) Math.floorMod(second, (long) SECONDS);
  }

  private long at(long second) {
    return second > newest || second <= newest - SECONDS ? 0 : counts[slot(second)];
  }

  /** In the hour before this moment. */
  public synchronized long lastHour(long nowMillis) {
    return sum(nowMillis, SECONDS);
  }

  /** Per second, over the whole seconds before this moment. */
  public synchronized double perSecond(long nowMillis, int seconds) {
    return (double) sum(nowMillis, seconds) / seconds;
  }

  private long sum(long nowMillis, int seconds) {
    long end = Math.floorDiv(nowMillis, 1000L);
    long sum = 0;
    for (long second = end - seconds; second < end; second++) {
      sum += at(second);
    }
    return sum;
  }

  /** The same for each of {@code points} stretches before this moment, the oldest first. */
  public synchronized double[] line(long nowMillis, int points, int seconds) {
    double[] line = new double[points];
    for (int i = 0; i < points; i++) {
      line[i] = perSecond(nowMillis - (points - 1L - i) * seconds * 1000L, seconds);
    }
    return line;
  }
}

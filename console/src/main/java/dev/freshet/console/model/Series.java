package dev.freshet.console.model;

import dev.freshet.events.ExponentialHistogram;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Durations by the time they ended: panes of 5 seconds for the last hour, minutes for the last day.
 * Longer stretches are merged from these, never averaged. Thread-safe.
 */
public final class Series {

  public static final long PANE_MILLIS = 5_000;
  public static final long MINUTE_MILLIS = 60_000;
  private static final int PANES = 720;
  private static final int MINUTES = 1440;

  private final TreeMap<Long, ExponentialHistogram> panes = new TreeMap<>();
  private final TreeMap<Long, ExponentialHistogram> minutes = new TreeMap<>();

  /** Adds a duration; one below 0, which only two clocks can bring about, counts as 0. */
  public synchronized void add(long atMillis, long nanos) {
    long duration = Math.max(0, nanos);
    into(panes, atMillis, PANE_MILLIS, PANES).add(duration);
    into(minutes, atMillis, MINUTE_MILLIS, MINUTES).add(duration);
  }

  private static ExponentialHistogram into(
      NavigableMap<Long, ExponentialHistogram> into, long atMillis, long step, int most) {
    long begin = Math.floorDiv(atMillis, step) * step;
    ExponentialHistogram there = into.computeIfAbsent(begin, absent -> new ExponentialHistogram());
    if (into.size() > most) {
      into.pollFirstEntry();
    }
    return there;
  }

  /** All durations that ended within this time before now. */
  public synchronized ExponentialHistogram within(long nowMillis, long millis) {
    ExponentialHistogram sum = new ExponentialHistogram();
    panes.tailMap(nowMillis - millis).values().forEach(sum::merge);
    return sum;
  }

  /** Stretches from the oldest to the newest; stretches without durations are left out. */
  public synchronized List<Stretch> stretches(long fromMillis, long toMillis, long stepMillis) {
    TreeMap<Long, ExponentialHistogram> source = stepMillis < MINUTE_MILLIS ? panes : minutes;
    List<Stretch> all = new ArrayList<>();
    long begin = Long.MIN_VALUE;
    for (var part : source.subMap(fromMillis, toMillis).entrySet()) {
      long at = Math.floorDiv(part.getKey(), stepMillis) * stepMillis;
      if (at != begin) {
        all.add(new Stretch(at, new ExponentialHistogram()));
        begin = at;
      }
      all.get(all.size() - 1).durations().merge(part.getValue());
    }
    return all;
  }
}

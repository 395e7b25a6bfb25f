package dev.freshet.console.api;

import dev.freshet.console.model.Stretch;
import dev.freshet.events.ExponentialHistogram;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * How many requests took how long, over time.
 *
 * @param stepMs width of a column
 * @param bucketsPerDouble rows per factor of two
 * @param columns times with their counts; times without any are absent
 */
record Heatmap(long stepMs, int bucketsPerDouble, List<Column> columns) {

  /** Of the 64 buckets per factor of two, 16 are drawn as one. */
  private static final int MERGED_BITS = 4;

  /**
   * One stretch of time.
   *
   * @param first the row of the first count: row i holds durations up to 2^((i+1)/4) seconds
   */
  record Column(long timeMs, int first, List<Long> counts) {}

  static Heatmap of(long stepMillis, List<Stretch> stretches) {
    List<Column> columns = new ArrayList<>();
    for (Stretch stretch : stretches) {
      TreeMap<Integer, Long> rows = new TreeMap<>();
      stretch
          .durations()
          .visit((index, count) -> rows.merge(index >> MERGED_BITS, count, Long::sum));
      if (!rows.isEmpty()) {
        List<Long> counts = new ArrayList<>();
        for (int row = rows.firstKey(); row <= rows.lastKey(); row++) {
          counts.add(rows.getOrDefault(row, 0L));
        }
        columns.add(new Column(stretch.millis(), rows.firstKey(), counts));
      }
    }
    return new Heatmap(stepMillis, 1 << (ExponentialHistogram.SCALE - MERGED_BITS), columns);
  }
}

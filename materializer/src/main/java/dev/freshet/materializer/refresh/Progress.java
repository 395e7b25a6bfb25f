package dev.freshet.materializer.refresh;

import dev.freshet.events.TableName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * How far each view shows the log, and so what need not be read again: of each partition the lowest
 * among the views that read it. Positions are the next offset, by partition. Not thread-safe.
 *
 * @param <P> a partition
 */
final class Progress<P> {

  private static final long NOTHING = -1;

  private final List<MaterializedView> views;
  private final Function<P, TableName> table;
  private final Map<TableName, Map<P, Long>> shown = new HashMap<>();

  /**
   * Nothing is shown yet.
   *
   * @param table whose changes are in a partition
   */
  Progress(List<MaterializedView> views, Function<P, TableName> table) {
    this.views = views;
    this.table = table;
  }

  /**
   * A view was refreshed. What it reads of another one that waits for its refresh is as old there.
   *
   * @param began the positions when the refresh began
   * @param waiting the views that wait for one
   */
  void refreshed(MaterializedView view, Map<P, Long> began, Set<TableName> waiting) {
    Map<P, Long> reached = new HashMap<>(began);
    for (TableName other : view.others()) {
      if (waiting.contains(other)) {
        Map<P, Long> below = shown.getOrDefault(other, Map.of());
        reached.keySet().retainAll(below.keySet());
        reached.replaceAll((partition, at) -> Math.min(at, below.getOrDefault(partition, at)));
      }
    }
    shown.put(view.name(), reached);
  }

  /**
   * What every view shows; without the partitions of which one view shows nothing yet.
   *
   * @param read the positions now: what a view shows that does not wait
   * @param waiting the views that wait for a refresh
   */
  Map<P, Long> everywhere(Map<P, Long> read, Set<TableName> waiting) {
    Map<P, Long> lowest = new HashMap<>();
    read.forEach(
        (partition, now) -> {
          long low = now;
          for (MaterializedView view : views) {
            if (waiting.contains(view.name()) && view.tables().contains(table.apply(partition))) {
              Map<P, Long> its = shown.getOrDefault(view.name(), Map.of());
              low = Math.min(low, its.getOrDefault(partition, NOTHING));
            }
          }
          if (low != NOTHING) {
            lowest.put(partition, low);
          }
        });
    return lowest;
  }
}

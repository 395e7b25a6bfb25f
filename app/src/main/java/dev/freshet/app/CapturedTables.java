package dev.freshet.app;

import dev.freshet.events.TableName;
import dev.freshet.invalidation.TagRules;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The tables whose changes are captured. */
public final class CapturedTables {

  private CapturedTables() {}

  /**
   * Every table a rule or a view reads, with the columns whose old values are needed; views need
   * none. Asks the database when there are views.
   */
  public static Map<TableName, Set<String>> of(FreshetConfig config) {
    Map<TableName, Set<String>> columns =
        new TreeMap<>(new TagRules(config.invalidate()).columnsNeededBefore());
    Views.captured(config).forEach(table -> columns.putIfAbsent(table, Set.of()));
    return columns;
  }
}

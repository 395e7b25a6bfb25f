package dev.freshet.endtoend.faults;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/** What is cached: a page for each item, there or not, and one for each group. */
final class Pages {

  static final int ITEMS = 300;
  static final int GROUPS = 12;
  static final int COUNT = ITEMS + GROUPS;

  private static final String ITEM =
      "SELECT 'item:' || n, coalesce(i.version || ' ' || i.amount || ' of ' || i.grp, 'none')"
          + " FROM generate_series(1, "
          + ITEMS
          + ") n LEFT JOIN items i ON i.id = n";
  private static final String GROUP =
      "SELECT 'grp:' || g.id, g.name || ' ' || count(i.id) || ' ' || coalesce(sum(i.amount), 0)"
          + " FROM groups g LEFT JOIN items i ON i.grp = g.id";

  private Pages() {}

  /** The tag of page 0 to {@link #COUNT} - 1, which is also what it is called. */
  static String tag(int page) {
    return page < ITEMS ? "item:" + (page + 1) : "grp:" + (page - ITEMS + 1);
  }

  /** What a page shows. */
  static String load(Connection connection, int page) throws SQLException {
    String sql =
        page < ITEMS
            ? ITEM + " WHERE n = " + (page + 1)
            : GROUP + " WHERE g.id = " + (page - ITEMS + 1) + " GROUP BY g.id";
    return query(connection, sql).values().iterator().next();
  }

  /** What every page shows, by its name. */
  static Map<String, String> loadAll(Connection connection) throws SQLException {
    return query(connection, ITEM + " UNION ALL " + GROUP + " GROUP BY g.id");
  }

  private static Map<String, String> query(Connection connection, String sql) throws SQLException {
    Map<String, String> shown = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        shown.put(row.getString(1), row.getString(2));
      }
    }
    return shown;
  }
}

package dev.freshet.materializer.sink;

import dev.freshet.events.TableName;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.ViewPlan;
import dev.freshet.runtime.FreshetException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A Postgres table with a view's rows, typed like the SELECT's result and unique by the view's key.
 *
 * <p>Freshet writes to a table only if its comment says that it made it. Rows are written in bulk,
 * as arrays of texts that Postgres casts; what is written is part of the caller's transaction.
 */
public final class ViewTable {

  /** From here on a unique index can take NULLs for equal. */
  private static final int NULLS_NOT_DISTINCT = 15;

  private final ViewPlan plan;
  private final TableName name;
  private final List<Column> columns;
  private final List<Column> key;

  public ViewTable(ViewPlan plan, TableName name) {
    this.plan = plan;
    this.name = name;
    this.columns = plan.columns();
    this.key = plan.key().stream().map(columns::get).toList();
  }

  private static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  private static String names(List<Column> of) {
    return of.stream().map(column -> quoted(column.name())).collect(Collectors.joining(", "));
  }

  private static String comment(String namespace, String view) {
    return "Freshet view " + namespace + "." + view;
  }

  boolean exists(Connection connection, String namespace) throws SQLException {
    return isOwned(connection, namespace, plan.name(), name);
  }

  /**
   * Whether there is such a table, made by Freshet for this view.
   *
   * @throws FreshetException when there is one that somebody else made
   */
  static boolean isOwned(Connection connection, String namespace, String view, TableName name)
      throws SQLException {
    String sql =
        "SELECT obj_description(to_regclass(?), 'pg_class') WHERE to_regclass(?) IS NOT NULL";
    try (PreparedStatement ask = connection.prepareStatement(sql)) {
      ask.setString(1, name.quoted());
      ask.setString(2, name.quoted());
      try (ResultSet row = ask.executeQuery()) {
        if (!row.next()) {
          return false;
        }
        if (!comment(namespace, view).equals(row.getString(1))) {
          throw FreshetException.unfit(
              "the table %s is not Freshet's".formatted(name),
              "its comment is not \"%s\"".formatted(comment(namespace, view)),
              "give view %s another table, or drop this one".formatted(view));
        }
        return true;
      }
    }
  }

  /** Whether the table that is there has the columns and the key this view needs. */
  boolean fits(Connection connection) throws SQLException {
    String sql =
        """
        SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull FROM pg_attribute a
        WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum""";
    List<String> found = new ArrayList<>();
    try (PreparedStatement ask = connection.prepareStatement(sql)) {
      ask.setString(1, name.quoted());
      try (ResultSet rows = ask.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getString(1) + " " + rows.getString(2) + " " + rows.getBoolean(3));
        }
      }
    }
    List<String> needed =
        columns.stream()
            .map(column -> column.name() + " " + column.type() + " " + !column.nullable())
            .toList();
    List<List<String>> unique =
        upserts(connection) ? List.of(key.stream().map(Column::name).toList()) : List.of();
    return found.equals(needed) && uniqueKeys(connection).equals(unique);
  }

  private List<List<String>> uniqueKeys(Connection connection) throws SQLException {
    String sql =
        """
        SELECT ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number ORDER BY k.place)
        FROM pg_index i WHERE i.indrelid = to_regclass(?) AND i.indisunique""";
    List<List<String>> found = new ArrayList<>();
    try (PreparedStatement ask = connection.prepareStatement(sql)) {
      ask.setString(1, name.quoted());
      try (ResultSet rows = ask.executeQuery()) {
        while (rows.next()) {
          found.add(List.of((String[]) rows.getArray(1).getArray()));
        }
      }
    }
    return found;
  }

  /** Makes the table, empty and without its index. */
  void create(Connection connection, String namespace) throws SQLException {
    String body =
        columns.stream()
            .map(
                column ->
                    quoted(column.name())
                        + " "
                        + column.type()
                        + (column.nullable() ? "" : " NOT NULL"))
            .collect(Collectors.joining(", "));
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE " + name.quoted() + " (" + body + ")");
      statement.execute(
          "COMMENT ON TABLE %s IS '%s'"
              .formatted(name.quoted(), comment(namespace, plan.name()).replace("'", "''")));
    }
  }

  /** Makes the key unique; after the first rows, which is faster. */
  void createKey(Connection connection) throws SQLException {
    if (key.isEmpty()) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      if (key.stream().noneMatch(Column::nullable)) {
        statement.execute(
            "ALTER TABLE %s ADD PRIMARY KEY (%s)".formatted(name.quoted(), names(key)));
      } else if (upserts(connection)) {
        statement.execute(
            "CREATE UNIQUE INDEX ON %s (%s) NULLS NOT DISTINCT"
                .formatted(name.quoted(), names(key)));
      } else {
        statement.execute("CREATE INDEX ON %s (%s)".formatted(name.quoted(), names(key)));
      }
    }
  }

  private boolean upserts(Connection connection) throws SQLException {
    return !key.isEmpty()
        && (key.stream().noneMatch(Column::nullable)
            || connection.getMetaData().getDatabaseMajorVersion() >= NULLS_NOT_DISTINCT);
  }

  /** Writes these rows over those of the same key. */
  void put(Connection connection, List<@Nullable String[]> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    boolean upserts = upserts(connection);
    if (!upserts) {
      int[] places = plan.key().stream().mapToInt(Integer::intValue).toArray();
      remove(
          connection,
          rows.stream()
              .map(row -> IntStream.of(places).mapToObj(i -> row[i]).toArray(String[]::new))
              .toList());
    }
    String insert =
        "INSERT INTO %s (%s) SELECT %s FROM unnest(%s) AS u(%s)"
            .formatted(
                name.quoted(),
                names(columns),
                IntStream.range(0, columns.size())
                    .mapToObj(i -> "u.c" + i + "::" + columns.get(i).type())
                    .collect(Collectors.joining(", ")),
                "?, ".repeat(columns.size() - 1) + "?",
                places(columns.size()));
    String others =
        columns.stream()
            .filter(column -> !key.contains(column))
            .map(column -> quoted(column.name()) + " = EXCLUDED." + quoted(column.name()))
            .collect(Collectors.joining(", "));
    String conflict =
        " ON CONFLICT (%s) DO %s"
            .formatted(names(key), others.isEmpty() ? "NOTHING" : "UPDATE SET " + others);
    run(connection, upserts ? insert + conflict : insert, rows, columns.size());
  }

  private static String places(int count) {
    return IntStream.range(0, count).mapToObj(i -> "c" + i).collect(Collectors.joining(", "));
  }

  /** Removes the rows of these keys. */
  void remove(Connection connection, Collection<@Nullable String[]> keys) throws SQLException {
    if (keys.isEmpty()) {
      return;
    }
    if (key.isEmpty()) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("DELETE FROM " + name.quoted());
      }
      return;
    }
    // A NULL equals nothing: the keys with NULLs in the same columns go together.
    Map<BitSet, List<@Nullable String[]>> byNulls = new LinkedHashMap<>();
    for (@Nullable String[] values : keys) {
      BitSet nulls = new BitSet();
      for (int i = 0; i < values.length; i++) {
        nulls.set(i, values[i] == null);
      }
      byNulls.computeIfAbsent(nulls, n -> new ArrayList<>()).add(values);
    }
    for (Map.Entry<BitSet, List<@Nullable String[]>> entry : byNulls.entrySet()) {
      String where =
          IntStream.range(0, key.size())
              .mapToObj(
                  i -> {
                    String column = "t." + quoted(key.get(i).name());
                    return entry.getKey().get(i)
                        ? column + " IS NULL"
                        : column + " = u.c" + i + "::" + key.get(i).type();
                  })
              .collect(Collectors.joining(" AND "));
      String delete =
          "DELETE FROM %s t USING unnest(%s) AS u(%s) WHERE %s"
              .formatted(
                  name.quoted(), "?, ".repeat(key.size() - 1) + "?", places(key.size()), where);
      run(connection, delete, entry.getValue(), key.size());
    }
  }

  private static void run(
      Connection connection, String sql, List<@Nullable String[]> rows, int width)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < width; i++) {
        @Nullable Object[] column = new @Nullable Object[rows.size()];
        for (int row = 0; row < column.length; row++) {
          column[row] = rows.get(row)[i];
        }
        statement.setArray(i + 1, connection.createArrayOf("text", column));
      }
      statement.executeUpdate();
    }
  }

  /** The rows a SELECT of the same columns gives, all of them. */
  long fill(Connection connection, String select) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeLargeUpdate(
          "INSERT INTO %s (%s) SELECT * FROM (%s) q"
              .formatted(name.quoted(), names(columns), select));
    }
  }

  void clear(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DELETE FROM " + name.quoted());
    }
  }

  void drop(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS " + name.quoted());
    }
  }

  /** A query for the keys that this table has and another one has not. */
  String keysExcept(ViewTable other) {
    return "SELECT %s FROM %s EXCEPT SELECT %s FROM %s"
        .formatted(names(key), name.quoted(), names(key), other.name.quoted());
  }

  /** Gives the table another name, which must be free. */
  void rename(Connection connection, TableName to) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!to.schema().equals(name.schema())) {
        statement.execute(
            "ALTER TABLE %s SET SCHEMA %s".formatted(name.quoted(), quoted(to.schema())));
      }
      statement.execute(
          "ALTER TABLE %s RENAME TO %s"
              .formatted(new TableName(to.schema(), name.table()).quoted(), quoted(to.table())));
    }
  }
}

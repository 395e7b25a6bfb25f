package dev.freshet.ingest;

import dev.freshet.events.TableName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A table, or a partition of one, as the catalog describes it.
 *
 * @param sqlName its name as it is written in SQL
 * @param kind {@code pg_class.relkind}
 * @param persistence {@code pg_class.relpersistence}
 * @param identity {@code pg_class.relreplident}
 * @param columns those that travel in the log
 * @param generated those that do not
 * @param identityColumns those of the old row that are logged; empty when none are
 */
record CapturedTable(
    String sqlName,
    String kind,
    String persistence,
    String identity,
    boolean selectable,
    List<String> columns,
    List<String> generated,
    List<String> identityColumns) {

  private static final String QUERY =
      """
      WITH root AS (
        SELECT c.oid, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p', 'v', 'm', 'f')),
      members AS (
        SELECT oid FROM root
        UNION
        SELECT t.relid FROM root, pg_partition_tree(root.oid) t
        WHERE root.relkind = 'p' AND t.isleaf)
      SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relkind::text,
        c.relpersistence::text, c.relreplident::text, has_table_privilege(c.oid, 'SELECT'),
        ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid
              AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum),
        ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid
              AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> '' ORDER BY a.attnum),
        ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid
              AND a.attnum > 0 AND NOT a.attisdropped
              AND CASE c.relreplident
                WHEN 'f' THEN a.attgenerated = ''
                WHEN 'n' THEN false
                ELSE EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid
                  AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END
                  AND a.attnum = ANY (i.indkey))
              END ORDER BY a.attnum)
      FROM members m JOIN pg_class c ON c.oid = m.oid JOIN pg_namespace n ON n.oid = c.relnamespace
      ORDER BY c.relkind = 'p' DESC, 1""";

  /** The table, and its partitions when it has some; empty when there is no such table. */
  static List<CapturedTable> read(Connection connection, TableName table) throws SQLException {
    List<CapturedTable> found = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement(QUERY)) {
      query.setString(1, table.schema());
      query.setString(2, table.table());
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          found.add(
              new CapturedTable(
                  row.getString(1),
                  row.getString(2),
                  row.getString(3),
                  row.getString(4),
                  row.getBoolean(5),
                  texts(row.getArray(6)),
                  texts(row.getArray(7)),
                  texts(row.getArray(8))));
        }
      }
    }
    return found;
  }

  private static List<String> texts(Array array) throws SQLException {
    return List.of((String[]) array.getArray());
  }

  String kindInWords() {
    return switch (kind) {
      case "v" -> "a view";
      case "m" -> "a materialized view";
      case "f" -> "a foreign table";
      case "p" -> "a partitioned table";
      default -> "a table";
    };
  }

  String identityInWords() {
    return switch (identity) {
      case "f" -> "FULL";
      case "i" -> "USING INDEX";
      case "n" -> "replica identity NOTHING";
      default -> identityColumns.isEmpty() ? "no primary key" : "DEFAULT";
    };
  }
}

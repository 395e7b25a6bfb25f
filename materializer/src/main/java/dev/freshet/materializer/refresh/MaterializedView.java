package dev.freshet.materializer.refresh;

import dev.freshet.events.TableName;
import dev.freshet.runtime.FreshetException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A materialized view of Postgres and what it reads, by the catalog: through views, views of views
 * and other materialized views.
 *
 * @param tables the tables whose changes it shows once it is refreshed
 * @param others materialized views among what it reads; their refresh is a change as well
 */
public record MaterializedView(TableName name, Set<TableName> tables, Set<TableName> others) {

  /** What each relation's rewrite rule refers to, and so on down to the tables. */
  private static final String READS =
      """
      WITH RECURSIVE reads(oid) AS (
        SELECT to_regclass(?)::oid
        UNION
        SELECT d.refobjid FROM reads r
          JOIN pg_rewrite w ON w.ev_class = r.oid
          JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
            AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.oid)
      SELECT n.nspname, c.relname, c.relkind FROM reads
        JOIN pg_class c ON c.oid = reads.oid JOIN pg_namespace n ON n.oid = c.relnamespace
      ORDER BY 1, 2""";

  /** A unique index that REFRESH … CONCURRENTLY can use, on a view that has been filled. */
  private static final String CONCURRENTLY =
      """
      SELECT c.relispopulated, EXISTS (
        SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid
          AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL)
      FROM pg_class c WHERE c.oid = to_regclass(?)""";

  public MaterializedView {
    tables = Set.copyOf(tables);
    others = Set.copyOf(others);
  }

  /**
   * The materialized views by these names, those that others read first.
   *
   * @throws FreshetException when one is not there, or reads what has no log
   */
  public static List<MaterializedView> of(Connection connection, List<TableName> names)
      throws SQLException {
    List<MaterializedView> found = new ArrayList<>();
    for (TableName name : names) {
      found.add(of(connection, name));
    }
    // What a view reads has less below it than the view itself.
    found.sort((a, b) -> Integer.compare(a.others().size(), b.others().size()));
    return found;
  }

  private static MaterializedView of(Connection connection, TableName name) throws SQLException {
    Set<TableName> tables = new TreeSet<>();
    Set<TableName> others = new TreeSet<>();
    Set<TableName> foreign = new TreeSet<>();
    boolean there = false;
    try (PreparedStatement ask = connection.prepareStatement(READS)) {
      ask.setString(1, name.quoted());
      try (ResultSet rows = ask.executeQuery()) {
        while (rows.next()) {
          TableName read = new TableName(rows.getString(1), rows.getString(2));
          String kind = rows.getString(3);
          there |= read.equals(name) && kind.equals("m");
          switch (kind) {
            case "r", "p" -> tables.add(read);
            case "f" -> foreign.add(read);
            case "m" -> others.add(read);
            default -> {} // a view: what it reads is among the rows
          }
        }
      }
    }
    others.remove(name);
    if (!there) {
      throw FreshetException.unfit(
          "there is no materialized view %s".formatted(name),
          "Postgres knows none by that name",
          "correct it under \"refresh\", or create it");
    }
    if (!foreign.isEmpty()) {
      throw FreshetException.unfit(
          "%s cannot be refreshed after changes".formatted(name),
          "it reads foreign tables, whose changes are not in this database's log: " + foreign,
          "remove it from \"refresh\", and refresh it by the clock");
    }
    return new MaterializedView(name, tables, others);
  }

  /** How it can be refreshed now. */
  enum Way {
    CONCURRENTLY,
    NOT_FILLED,
    NO_INDEX
  }

  Way way(Connection connection) throws SQLException {
    try (PreparedStatement ask = connection.prepareStatement(CONCURRENTLY)) {
      ask.setString(1, name.quoted());
      try (ResultSet row = ask.executeQuery()) {
        if (!row.next()) {
          throw new SQLException("materialized view " + name + " is gone");
        }
        return !row.getBoolean(1)
            ? Way.NOT_FILLED
            : row.getBoolean(2) ? Way.CONCURRENTLY : Way.NO_INDEX;
      }
    }
  }
}

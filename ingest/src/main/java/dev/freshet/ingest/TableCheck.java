package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.config.DidYouMean;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Each table: whether it is there, can be read, and logs what is needed of its old rows. */
final class TableCheck {

  private static final String ALL =
      """
      SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      ORDER BY 1 LIMIT 10000""";

  private TableCheck() {}

  static List<CheckResult> check(Connection connection, Map<TableName, Set<String>> columnsBefore)
      throws SQLException {
    List<CheckResult> results = new ArrayList<>();
    for (Map.Entry<TableName, Set<String>> wanted : new TreeMap<>(columnsBefore).entrySet()) {
      List<CapturedTable> found = CapturedTable.read(connection, wanted.getKey());
      if (found.isEmpty()) {
        results.add(absent(connection, wanted.getKey()));
      } else {
        for (CapturedTable table : found) {
          results.add(check(table, wanted.getKey(), wanted.getValue(), connection));
        }
      }
    }
    return results;
  }

  private static CheckResult absent(Connection connection, TableName table) throws SQLException {
    List<String> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(ALL)) {
      while (rows.next()) {
        all.add(rows.getString(1));
      }
    }
    return CheckResult.fail(
        subject(table),
        "there is no table " + table + " in this database",
        DidYouMean.hint(all, table.toString()).orElse("create it, or take it out of the rules"));
  }

  private static CheckResult check(
      CapturedTable table, TableName asked, Set<String> needed, Connection connection)
      throws SQLException {
    String subject = subject(asked);
    String name = table.sqlName();
    if (!table.kind().equals("r") && !table.kind().equals("p")) {
      return CheckResult.fail(
          subject,
          "%s is %s: its changes are not in the log".formatted(name, table.kindInWords()),
          "name the tables behind it");
    }
    if (!table.persistence().equals("p")) {
      return CheckResult.fail(
          subject,
          "%s is %s: its changes are not in the log"
              .formatted(name, table.persistence().equals("u") ? "unlogged" : "temporary"),
          "ALTER TABLE %s SET LOGGED;".formatted(name));
    }
    if (!table.selectable()) {
      return CheckResult.fail(
          subject,
          "this role may not read " + name,
          "GRANT SELECT ON %s TO %s;".formatted(name, user(connection)));
    }
    Set<String> unknown = new TreeSet<>(needed);
    unknown.removeAll(table.columns());
    if (!unknown.isEmpty()) {
      String column = unknown.iterator().next();
      return CheckResult.fail(
          subject,
          table.generated().contains(column)
              ? "column %s of %s is generated: Postgres leaves it out of the log"
                  .formatted(column, name)
              : "%s has no column %s".formatted(name, column),
          table.generated().contains(column)
              ? "use the columns it is computed from"
              : DidYouMean.hint(table.columns(), column)
                  .orElse("it has " + String.join(", ", table.columns())));
    }
    return identity(table, subject, needed);
  }

  private static CheckResult identity(CapturedTable table, String subject, Set<String> needed) {
    String name = table.sqlName();
    String full = "ALTER TABLE %s REPLICA IDENTITY FULL;".formatted(name);
    if (table.kind().equals("p")) {
      return CheckResult.ok(subject, "partitioned; its partitions follow");
    }
    if (table.identityColumns().isEmpty()) {
      return CheckResult.fail(
          subject,
          "%s has %s, so Postgres would refuse every update and delete once it is published"
              .formatted(name, table.identityInWords()),
          table.identity().equals("n") ? full : "add a primary key, or: " + full);
    }
    Set<String> missing = new TreeSet<>(needed);
    missing.removeAll(table.identityColumns());
    if (!missing.isEmpty()) {
      return CheckResult.fail(
          subject,
          "the value of %s before a change is needed, but %s logs only %s of an old row (replica identity %s)"
              .formatted(
                  String.join(", ", missing),
                  name,
                  String.join(", ", table.identityColumns()),
                  table.identityInWords()),
          full);
    }
    return CheckResult.ok(subject, "replica identity " + table.identityInWords());
  }

  private static String user(Connection connection) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement("SELECT quote_ident(current_user)");
        ResultSet row = query.executeQuery()) {
      row.next();
      return row.getString(1);
    }
  }

  private static String subject(TableName table) {
    return "postgres.table." + table;
  }
}

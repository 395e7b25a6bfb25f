package dev.freshet.materializer.check;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A view's table against its SQL, value by value as text, so that display scale counts.
 *
 * <p>Table and SQL are compared in one snapshot, but the table is a little behind. A difference
 * counts only when it is still exactly there after the view had time to follow: rows that go on
 * changing show other differences each time.
 */
public final class Verification {

  private static final int MOST_TOLD = 1000;

  private final Database database;
  private final int rounds;
  private final Duration pause;

  /**
   * A verification.
   *
   * @param rounds how often a difference must be seen, 2 or more
   * @param pause between two rounds; longer than the view is behind
   */
  public Verification(Database database, int rounds, Duration pause) {
    this.database = database;
    this.rounds = rounds;
    this.pause = pause;
  }

  /**
   * The differences, at most 1000: {@code missing} rows that only the SQL gives, {@code extra} ones
   * that only the table has.
   */
  public List<String> differences(View view) throws SQLException {
    Set<String> lasting = once(view);
    for (int round = 1; round < rounds && !lasting.isEmpty(); round++) {
      try {
        TimeUnit.MILLISECONDS.sleep(pause.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      lasting.retainAll(once(view));
    }
    return new ArrayList<>(lasting);
  }

  private Set<String> once(View view) throws SQLException {
    String texts =
        view.plan().columns().stream()
            .map(Column::name)
            .map(name -> '"' + name.replace("\"", "\"\"") + "\"::text")
            .collect(Collectors.joining(", "));
    String sql = "SELECT " + texts + " FROM (" + view.plan().sql() + ") q";
    String table = "SELECT " + texts + " FROM " + view.table().quoted();
    Set<String> found = new TreeSet<>();
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      statement.execute("SET LOCAL TimeZone = '" + view.zone().replace("'", "''") + "'");
      add(statement, "missing", sql, table, found);
      add(statement, "extra  ", table, sql, found);
      connection.rollback();
    }
    return found;
  }

  private static void add(
      Statement statement, String kind, String these, String without, Set<String> found)
      throws SQLException {
    String sql =
        "SELECT d::text, count(*) FROM (%s EXCEPT ALL %s) d GROUP BY 1 LIMIT %d"
            .formatted(these, without, MOST_TOLD);
    try (ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(
            kind + " " + rows.getString(1) + (rows.getLong(2) > 1 ? " × " + rows.getLong(2) : ""));
      }
    }
  }
}

package dev.freshet.materializer.check;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import java.sql.Connection;
import java.sql.PreparedStatement;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A view's table against its SQL, value by value as text, so that display scale counts.
 *
 * <p>Table and SQL are compared in one snapshot, but the table is a little behind. So a difference
 * counts only when it is still exactly there once the view reflects everything this snapshot saw:
 * rows that go on changing show other differences each time.
 */
public final class Verification {

  private static final Logger LOG = LoggerFactory.getLogger(Verification.class);
  private static final int MOST_TOLD = 1000;

  private final Database database;
  private final String namespace;
  private final Duration pause;
  private final Duration patience;

  /**
   * A verification of views of a namespace.
   *
   * @param pause between two looks
   * @param patience how long a view may take to reflect what the first look saw; where nothing
   *     changes any more it tells no new place in the log, and a difference is told after this time
   */
  public Verification(Database database, String namespace, Duration pause, Duration patience) {
    this.database = database;
    this.namespace = namespace;
    this.pause = pause;
    this.patience = patience;
  }

  /**
   * The differences, at most 1000: {@code missing} rows that only the SQL gives, {@code extra} ones
   * that only the table has.
   */
  public List<String> differences(View view) throws SQLException {
    long began = System.nanoTime();
    Set<String> lasting = once(view);
    String seen = logEnd();
    boolean reached = false;
    while (!lasting.isEmpty() && !reached && System.nanoTime() - began < patience.toNanos()) {
      try {
        TimeUnit.MILLISECONDS.sleep(pause.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      reached = reached(view, seen);
      lasting.retainAll(once(view));
    }
    if (!lasting.isEmpty()) {
      LOG.warn(
          "view {} differs in {} rows {} ms after the first look at {}, which it {}",
          view.name(),
          lasting.size(),
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
          seen,
          reached ? "reflects" : "does not reflect yet");
    }
    return new ArrayList<>(lasting);
  }

  private String logEnd() throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_current_wal_insert_lsn()")) {
      row.next();
      return row.getString(1);
    }
  }

  /** Whether the view shows a change from this place of the log or later, so all before as well. */
  private boolean reached(View view, String place) throws SQLException {
    String sql =
        "SELECT 1 FROM freshet.views WHERE namespace = ? AND name = ? AND lsn::pg_lsn >= ?::pg_lsn";
    try (Connection connection = database.open();
        PreparedStatement ask = connection.prepareStatement(sql)) {
      ask.setString(1, namespace);
      ask.setString(2, view.name());
      ask.setString(3, place);
      try (ResultSet row = ask.executeQuery()) {
        return row.next();
      }
    }
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
        "SELECT d::text, count(*) FROM (%s EXCEPT ALL %s) d GROUP BY 1 ORDER BY 1 LIMIT %d"
            .formatted(these, without, MOST_TOLD);
    try (ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(
            kind + " " + rows.getString(1) + (rows.getLong(2) > 1 ? " × " + rows.getLong(2) : ""));
      }
    }
  }
}

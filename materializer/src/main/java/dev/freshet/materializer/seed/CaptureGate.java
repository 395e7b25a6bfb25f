package dev.freshet.materializer.seed;

import dev.freshet.events.TableName;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import dev.freshet.runtime.FreshetException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until a snapshot may be taken: every change it will not see must come through the log.
 *
 * <p>So the slot exists, the publication has the view's tables, and every transaction that was
 * running while it did not have them yet is over: what such a transaction wrote before is not
 * published.
 *
 * @param publication of capture
 * @param slot of capture
 */
public record CaptureGate(String publication, String slot) {

  private static final Logger LOG = LoggerFactory.getLogger(CaptureGate.class);

  /**
   * A connection inside a transaction with the snapshot, repeatable read.
   *
   * @throws FreshetException when {@code closing} comes first
   */
  Connection snapshot(Database database, View view, BooleanSupplier closing) throws SQLException {
    long after = awaitCapture(database, view, closing);
    String told = "";
    while (!closing.getAsBoolean()) {
      Connection connection = database.open();
      try {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        long xmin =
            number(connection, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint");
        if (xmin >= after) {
          return connection;
        }
        String waiting = "view %s waits for transaction %d to end".formatted(view.name(), xmin);
        if (!waiting.equals(told)) {
          LOG.info("{}", waiting);
          told = waiting;
        }
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
      connection.close();
      pause();
    }
    throw closed();
  }

  /** Waits for slot and publication; the first transaction id that begins after they were there. */
  private long awaitCapture(Database database, View view, BooleanSupplier closing)
      throws SQLException {
    String told = "";
    while (!closing.getAsBoolean()) {
      try (Connection connection = database.open()) {
        String missing = missing(connection, view.plan().tables());
        if (missing.isEmpty()) {
          return number(connection, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
        }
        if (!missing.equals(told)) {
          LOG.info("view {} waits for capture: {}", view.name(), missing);
          told = missing;
        }
      }
      pause();
    }
    throw closed();
  }

  private String missing(Connection connection, Set<TableName> tables) throws SQLException {
    if (ask(
            connection,
            """
            SELECT slot_name FROM pg_replication_slots
            WHERE slot_name = ? AND confirmed_flush_lsn IS NOT NULL""",
            slot)
        .isEmpty()) {
      return "no replication slot " + slot;
    }
    Set<String> published =
        ask(
            connection,
            "SELECT schemaname || '.' || tablename FROM pg_publication_tables WHERE pubname = ?",
            publication);
    Set<String> missing = new TreeSet<>();
    tables.forEach(table -> missing.add(table.toString()));
    missing.removeAll(published);
    return missing.isEmpty() ? "" : "publication %s without %s".formatted(publication, missing);
  }

  private static Set<String> ask(Connection connection, String sql, String name)
      throws SQLException {
    Set<String> found = new TreeSet<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, name);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
    }
    return found;
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(Seeding.pause().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static FreshetException closed() {
    return FreshetException.failed("closed before the view could be seeded", "", "", null);
  }
}

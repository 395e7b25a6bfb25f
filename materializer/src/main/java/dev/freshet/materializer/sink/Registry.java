package dev.freshet.materializer.sink;

import dev.freshet.materializer.view.View;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code freshet.views}: a row per view, written in the transactions that change the
 * view's rows. What it says of a view is true of the rows beside it.
 */
public final class Registry {

  private static final String CREATE =
      """
      CREATE TABLE IF NOT EXISTS freshet.views (
        namespace text NOT NULL,
        name text NOT NULL,
        view_id text NOT NULL,
        attempt int NOT NULL,
        live boolean NOT NULL,
        table_name text NOT NULL,
        sql text NOT NULL,
        zone text NOT NULL,
        next_offset bigint NOT NULL DEFAULT 0,
        lsn text NOT NULL DEFAULT '0/0',
        committed_at timestamptz,
        applied_at timestamptz,
        row_count bigint NOT NULL DEFAULT 0,
        error_count bigint NOT NULL DEFAULT 0,
        error_reasons text[] NOT NULL DEFAULT '{}',
        state_bytes bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (namespace, name))""";

  private static final String COLUMNS =
      "name, view_id, attempt, live, table_name, sql, zone, next_offset, lsn, committed_at,"
          + " applied_at, row_count, error_count, error_reasons, state_bytes";

  /**
   * What is known of a view.
   *
   * @param id of the plan its rows were made with
   * @param attempt how often it was seeded
   * @param live whether its seed is complete, so that its table has rows
   * @param nextOffset the next record of its topic to apply
   * @param lsn the newest change its rows reflect
   * @param committed commit time of that change; {@code null} before the first one
   * @param applied when it was written
   * @param rows how many rows it has
   * @param errors how many rows have no value; some of them in {@code reasons}
   * @param stateBytes what is remembered for it; 0 while that is not known
   */
  public record Known(
      String name,
      String id,
      int attempt,
      boolean live,
      String table,
      String sql,
      String zone,
      long nextOffset,
      String lsn,
      @Nullable Instant committed,
      @Nullable Instant applied,
      long rows,
      long errors,
      List<String> reasons,
      long stateBytes) {

    /** Between the newest commit it reflects and when that was shown; zero before the first. */
    public Duration lag() {
      return committed == null || applied == null
          ? Duration.ZERO
          : Duration.between(committed, applied);
    }
  }

  private final String namespace;

  public Registry(String namespace) {
    this.namespace = namespace;
  }

  /** Creates the table when it is missing. */
  public static void ensure(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet there = statement.executeQuery("SELECT to_regclass('freshet.views')")) {
      if (there.next() && there.getString(1) != null) {
        return;
      }
    }
    try (Statement statement = connection.createStatement()) {
      // One implicit transaction: IF NOT EXISTS alone fails when several views begin at once.
      statement.execute(
          "SELECT pg_advisory_xact_lock(hashtext('freshet.views'));"
              + " CREATE SCHEMA IF NOT EXISTS freshet; "
              + CREATE);
    }
  }

  /** Every view of the namespace, by name. */
  public List<Known> all(Connection connection) throws SQLException {
    return read(
        connection,
        "SELECT " + COLUMNS + " FROM freshet.views WHERE namespace = ? ORDER BY name",
        null);
  }

  /** One view. */
  public Optional<Known> find(Connection connection, String view) throws SQLException {
    String sql = "SELECT " + COLUMNS + " FROM freshet.views WHERE namespace = ? AND name = ?";
    return read(connection, sql, view).stream().findFirst();
  }

  private List<Known> read(Connection connection, String sql, @Nullable String view)
      throws SQLException {
    List<Known> found = new ArrayList<>();
    try (PreparedStatement ask = connection.prepareStatement(sql)) {
      ask.setString(1, namespace);
      if (view != null) {
        ask.setString(2, view);
      }
      try (ResultSet row = ask.executeQuery()) {
        while (row.next()) {
          found.add(
              new Known(
                  row.getString(1),
                  row.getString(2),
                  row.getInt(3),
                  row.getBoolean(4),
                  row.getString(5),
                  row.getString(6),
                  row.getString(7),
                  row.getLong(8),
                  row.getString(9),
                  instant(row, 10),
                  instant(row, 11),
                  row.getLong(12),
                  row.getLong(13),
                  List.of((String[]) row.getArray(14).getArray()),
                  row.getLong(15)));
        }
      }
    }
    return found;
  }

  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  /** Notes that a view is about to be seeded, and gives the attempt its number. */
  public int begin(Connection connection, View view) throws SQLException {
    String sql =
        """
        INSERT INTO freshet.views AS v (namespace, name, view_id, attempt, live, table_name, sql, zone)
        VALUES (?, ?, ?, 1, false, ?, ?, ?)
        ON CONFLICT (namespace, name) DO UPDATE SET attempt = v.attempt + 1
        RETURNING attempt""";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setString(1, namespace);
      insert.setString(2, view.name());
      insert.setString(3, view.plan().id());
      insert.setString(4, view.table().toString());
      insert.setString(5, view.plan().sql());
      insert.setString(6, view.zone());
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /** Notes, in the transaction that shows its first rows, that a view is live. */
  public void live(
      Connection connection, View view, int attempt, long nextOffset, String lsn, long rows)
      throws SQLException {
    String sql =
        """
        UPDATE freshet.views SET view_id = ?, live = true, table_name = ?, sql = ?, zone = ?,
          next_offset = ?, lsn = ?, committed_at = now(), applied_at = clock_timestamp(),
          row_count = ?, error_count = 0, error_reasons = '{}'
        WHERE namespace = ? AND name = ? AND attempt = ?""";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setString(1, view.plan().id());
      update.setString(2, view.table().toString());
      update.setString(3, view.plan().sql());
      update.setString(4, view.zone());
      update.setLong(5, nextOffset);
      update.setString(6, lsn);
      update.setLong(7, rows);
      update.setString(8, namespace);
      update.setString(9, view.name());
      update.setInt(10, attempt);
      if (update.executeUpdate() != 1) {
        throw new SQLException("another process seeds view " + view.name() + " at the same time");
      }
    }
  }

  /** Notes, in the transaction that wrote the rows, how far a view is. */
  boolean advance(Connection connection, String view, long nextOffset, Told told)
      throws SQLException {
    String sql =
        """
        UPDATE freshet.views SET next_offset = ?, lsn = ?, committed_at = ?::timestamptz,
          applied_at = clock_timestamp(), row_count = ?, error_count = ?, error_reasons = ?,
          state_bytes = ?
        WHERE namespace = ? AND name = ? AND live AND next_offset < ?""";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, nextOffset);
      update.setString(2, told.lsn());
      update.setString(3, told.committed());
      update.setLong(4, told.rows());
      update.setLong(5, told.errors());
      update.setArray(6, connection.createArrayOf("text", told.reasons().toArray()));
      update.setLong(7, told.stateBytes());
      update.setString(8, namespace);
      update.setString(9, view);
      update.setLong(10, nextOffset);
      return update.executeUpdate() == 1;
    }
  }

  /** What a position record says. */
  record Told(
      String lsn,
      String committed,
      long rows,
      long errors,
      List<String> reasons,
      long stateBytes) {}

  /** Makes a view's rows those of no plan, so that it is seeded again; whether there is one. */
  public boolean outdate(Connection connection, String view) throws SQLException {
    String sql = "UPDATE freshet.views SET view_id = '' WHERE namespace = ? AND name = ?";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setString(1, namespace);
      update.setString(2, view);
      return update.executeUpdate() == 1;
    }
  }

  /** Forgets a view. */
  public void forget(Connection connection, String view) throws SQLException {
    String sql = "DELETE FROM freshet.views WHERE namespace = ? AND name = ?";
    try (PreparedStatement delete = connection.prepareStatement(sql)) {
      delete.setString(1, namespace);
      delete.setString(2, view);
      delete.executeUpdate();
    }
  }
}

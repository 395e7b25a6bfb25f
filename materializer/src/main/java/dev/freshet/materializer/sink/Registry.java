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
        PRIMARY KEY (namespace, name))""";

  /** Columns that came later than the table. */
  private static final String EXTEND =
      """
      ALTER TABLE freshet.views
        ADD COLUMN IF NOT EXISTS state_bytes bigint NOT NULL DEFAULT 0,
        ADD COLUMN IF NOT EXISTS attempts int NOT NULL DEFAULT 0,
        ADD COLUMN IF NOT EXISTS rebuilds_wanted int NOT NULL DEFAULT 0,
        ADD COLUMN IF NOT EXISTS rebuilds_done int NOT NULL DEFAULT 0,
        ADD COLUMN IF NOT EXISTS seed_rows bigint,
        ADD COLUMN IF NOT EXISTS seed_of bigint,
        ADD COLUMN IF NOT EXISTS seed_began timestamptz""";

  private static final String COLUMNS =
      "name, view_id, attempt, live, table_name, sql, zone, next_offset, lsn, committed_at,"
          + " applied_at, row_count, error_count, error_reasons, state_bytes, rebuilds_wanted > rebuilds_done,"
          + " seed_rows, seed_of, seed_began";

  /**
   * What is known of a view.
   *
   * @param id of the plan its rows were made with
   * @param attempt which of its seeds its rows come from, counted from 1; 0 before the first one
   * @param live whether a seed is complete, so that its table has rows
   * @param nextOffset the next record of its topic to apply; {@link #NOT_FOLLOWED} once the topic
   *     was given to the next attempt
   * @param lsn the newest change its rows reflect
   * @param committed commit time of that change; {@code null} before the first one
   * @param applied when it was written
   * @param rows how many rows it has
   * @param errors how many rows have no value; some of them in {@code reasons}
   * @param stateBytes what is remembered for it; 0 while that is not known
   * @param rebuild whether somebody asked for a new seed that is not there yet
   * @param seed how far a seed is; empty while none runs
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
      long stateBytes,
      boolean rebuild,
      Optional<Seed> seed) {

    /** Between the newest commit it reflects and when that was shown; zero before the first. */
    public Duration lag() {
      return committed == null || applied == null
          ? Duration.ZERO
          : Duration.between(committed, applied);
    }
  }

  /**
   * How far the seed of a view is.
   *
   * @param rows of its tables that were read
   * @param of how many there are, about
   */
  public record Seed(long rows, long of, Instant began) {}

  /**
   * A seed that is about to begin.
   *
   * @param number of the attempt
   * @param rebuilds the requests for a new seed that it answers
   */
  public record Attempt(int number, int rebuilds) {}

  /** The offset of a view whose topic has the rows of another attempt already. */
  public static final long NOT_FOLLOWED = -1;

  private final String namespace;

  public Registry(String namespace) {
    this.namespace = namespace;
  }

  /** Creates the table when it is missing. */
  public static void ensure(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet there =
            statement.executeQuery(
                "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('freshet.views')"
                    + " AND attname = 'seed_began'")) {
      if (there.next()) {
        return;
      }
    }
    try (Statement statement = connection.createStatement()) {
      // One implicit transaction: IF NOT EXISTS alone fails when several views begin at once.
      statement.execute(
          "SELECT pg_advisory_xact_lock(hashtext('freshet.views'));"
              // IF NOT EXISTS asks for the right to create one even when it is there.
              + " DO $$ BEGIN IF to_regnamespace('freshet') IS NULL THEN CREATE SCHEMA freshet;"
              + " END IF; END $$; "
              + CREATE
              + "; "
              + EXTEND);
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
                  row.getLong(15),
                  row.getBoolean(16),
                  seed(row, 17)));
        }
      }
    }
    return found;
  }

  private static Optional<Seed> seed(ResultSet row, int column) throws SQLException {
    Instant began = instant(row, column + 2);
    return began == null
        ? Optional.empty()
        : Optional.of(new Seed(row.getLong(column), row.getLong(column + 1), began));
  }

  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  /** Notes that a view is about to be seeded, and gives the attempt its number. */
  public Attempt begin(Connection connection, View view) throws SQLException {
    String sql =
        """
        INSERT INTO freshet.views AS v (namespace, name, view_id, attempt, live, table_name, sql, zone,
          attempts, seed_began)
        VALUES (?, ?, ?, 0, false, ?, ?, ?, 1, clock_timestamp())
        ON CONFLICT (namespace, name) DO UPDATE SET attempts = greatest(v.attempts, v.attempt) + 1,
          seed_rows = NULL, seed_of = NULL, seed_began = clock_timestamp()
        RETURNING attempts, rebuilds_wanted""";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setString(1, namespace);
      insert.setString(2, view.name());
      insert.setString(3, view.plan().id());
      insert.setString(4, view.table().toString());
      insert.setString(5, view.plan().sql());
      insert.setString(6, view.zone());
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return new Attempt(row.getInt(1), row.getInt(2));
      }
    }
  }

  /** Notes how far a seed is; {@code null} when it ended. */
  public void seeding(Connection connection, String view, @Nullable Seed seed) throws SQLException {
    String sql =
        """
        UPDATE freshet.views SET seed_rows = ?, seed_of = ?,
          seed_began = CASE WHEN ? THEN seed_began END
        WHERE namespace = ? AND name = ?""";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setObject(1, seed == null ? null : seed.rows(), java.sql.Types.BIGINT);
      update.setObject(2, seed == null ? null : seed.of(), java.sql.Types.BIGINT);
      update.setBoolean(3, seed != null);
      update.setString(4, namespace);
      update.setString(5, view);
      update.executeUpdate();
    }
  }

  /**
   * Notes that a view's topic is about to be this attempt's: nothing more may come from the former.
   *
   * @throws SQLException also when a later attempt has begun: the topic is not this one's any more
   */
  public void letGo(Connection connection, String view, Attempt attempt) throws SQLException {
    String sql =
        """
        UPDATE freshet.views SET next_offset = ?
        WHERE namespace = ? AND name = ? AND attempts = ?""";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, NOT_FOLLOWED);
      update.setString(2, namespace);
      update.setString(3, view);
      update.setInt(4, attempt.number());
      requireLatest(update, view);
    }
  }

  private static void requireLatest(PreparedStatement update, String view) throws SQLException {
    if (update.executeUpdate() != 1) {
      throw new SQLException("another process seeds view " + view + " at the same time");
    }
  }

  /** Notes, in the transaction that shows its first rows, that a view is live. */
  public void live(
      Connection connection,
      View view,
      Attempt attempt,
      long nextOffset,
      String lsn,
      Instant at,
      long rows)
      throws SQLException {
    String sql =
        """
        UPDATE freshet.views SET view_id = ?, live = true, table_name = ?, sql = ?, zone = ?,
          next_offset = ?, lsn = ?, committed_at = ?::timestamptz, applied_at = clock_timestamp(),
          row_count = ?, error_count = 0, error_reasons = '{}', attempt = attempts,
          rebuilds_done = ?, seed_rows = NULL, seed_of = NULL, seed_began = NULL
        WHERE namespace = ? AND name = ? AND attempts = ?""";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setString(1, view.plan().id());
      update.setString(2, view.table().toString());
      update.setString(3, view.plan().sql());
      update.setString(4, view.zone());
      update.setLong(5, nextOffset);
      update.setString(6, lsn);
      update.setString(7, at.toString());
      update.setLong(8, rows);
      update.setInt(9, attempt.rebuilds());
      update.setString(10, namespace);
      update.setString(11, view.name());
      update.setInt(12, attempt.number());
      requireLatest(update, view.name());
    }
  }

  /** Notes, in the transaction that wrote the rows, how far a view is. */
  boolean advance(Connection connection, String view, int attempt, long nextOffset, Told told)
      throws SQLException {
    String sql =
        """
        UPDATE freshet.views SET next_offset = ?, lsn = ?, committed_at = ?::timestamptz,
          applied_at = clock_timestamp(), row_count = ?, error_count = ?, error_reasons = ?,
          state_bytes = ?
        WHERE namespace = ? AND name = ? AND live AND attempt = ?
          AND next_offset BETWEEN 0 AND ?""";
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
      update.setInt(10, attempt);
      update.setLong(11, nextOffset - 1);
      return update.executeUpdate() == 1;
    }
  }

  /** The low 32 bits of the transaction that wrote the row of this view. */
  long writer(Connection connection, String view) throws SQLException {
    String sql = "SELECT xmin::text::bigint FROM freshet.views WHERE namespace = ? AND name = ?";
    try (PreparedStatement ask = connection.prepareStatement(sql)) {
      ask.setString(1, namespace);
      ask.setString(2, view);
      try (ResultSet row = ask.executeQuery()) {
        if (!row.next()) {
          throw new SQLException("freshet.views has no view " + view);
        }
        return row.getLong(1);
      }
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

  /**
   * Asks for a new seed of a view, or of all; whoever keeps it answers, at once when it runs.
   *
   * @param view {@code null} for all
   * @return how many there are
   */
  public int rebuild(Connection connection, @Nullable String view) throws SQLException {
    String sql =
        "UPDATE freshet.views SET rebuilds_wanted = rebuilds_wanted + 1 WHERE namespace = ?"
            + (view == null ? "" : " AND name = ?");
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setString(1, namespace);
      if (view != null) {
        update.setString(2, view);
      }
      return update.executeUpdate();
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

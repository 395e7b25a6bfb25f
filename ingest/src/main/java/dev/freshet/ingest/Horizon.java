package dev.freshet.ingest;

import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.PostgresConnection;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

/**
 * What a load that begins now sees: every transaction below {@code xmin} is finished, none from
 * {@code xmax} on has begun.
 *
 * @param xmin 64 bits
 * @param xmax 64 bits
 * @param holder who keeps {@code xmin} back; empty when nobody does, or who does may not be seen
 */
public record Horizon(long xmin, long xmax, Optional<Holder> holder) {

  /**
   * The oldest unfinished write transaction.
   *
   * @param who {@code pid 4711}, or {@code prepared transaction 'gid'}
   * @param doing user, application and state, as far as known
   * @param age since it began
   * @param query what it ran last, its first 200 characters
   */
  public record Holder(String who, String doing, Duration age, String query) {}

  private static final String SNAPSHOT =
      """
      SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint
      FROM pg_current_snapshot() s""";

  // Both columns hold the low 32 bits: age() compares them across the wrap.
  private static final String OLDEST =
      """
      SELECT 'pid ' || pid,
        concat_ws(', ', usename, nullif(application_name, ''), state),
        extract(epoch FROM now() - xact_start)::bigint, left(query, 200), age(backend_xid)
      FROM pg_stat_activity WHERE backend_xid IS NOT NULL
      UNION ALL
      SELECT 'prepared transaction ''' || gid || '''', owner,
        extract(epoch FROM now() - prepared)::bigint, '', age(transaction)
      FROM pg_prepared_xacts
      ORDER BY 5 DESC LIMIT 1""";

  /**
   * Asks the database.
   *
   * @throws FreshetException when it does not answer
   */
  public static Horizon of(PostgresConnection postgres) {
    try (Connection connection = Database.open(postgres);
        Statement statement = connection.createStatement()) {
      long xmin;
      long xmax;
      try (ResultSet row = statement.executeQuery(SNAPSHOT)) {
        row.next();
        xmin = row.getLong(1);
        xmax = row.getLong(2);
      }
      return new Horizon(xmin, xmax, xmin < xmax ? holder(statement) : Optional.empty());
    } catch (SQLException e) {
      throw Database.unreachable(postgres, e);
    }
  }

  private static Optional<Holder> holder(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery(OLDEST)) {
      return row.next()
          ? Optional.of(
              new Holder(
                  row.getString(1),
                  row.getString(2),
                  Duration.ofSeconds(row.getLong(3)),
                  row.getString(4)))
          : Optional.empty();
    }
  }
}

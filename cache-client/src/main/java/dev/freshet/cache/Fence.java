package dev.freshet.cache;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The oldest transaction a load may not have seen: {@code pg_snapshot_xmin} of its snapshot.
 *
 * <p>Every transaction below it is finished, and visible to the load if it committed. Taken before
 * the load's reads or in the same snapshot, on the same connection; an earlier fence is always
 * safe, a later one never.
 *
 * @param xmin 64-bit transaction id
 */
public record Fence(long xmin) {

  public Fence {
    if (xmin <= 0) {
      throw new IllegalArgumentException("a transaction id is positive, found " + xmin);
    }
  }

  /** The fence for everything that is read on this connection from now on. */
  public static Fence of(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")) {
      row.next();
      return new Fence(row.getLong(1));
    }
  }
}

package dev.freshet.ingest;

import dev.freshet.runtime.PostgresConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * One read-only connection to the source database, opened when it is wanted and kept until it is
 * given up. Not thread-safe.
 */
final class KeptConnection implements AutoCloseable {

  private final PostgresConnection postgres;
  private final Properties extra;
  private @Nullable Connection connection;

  KeptConnection(PostgresConnection postgres, Properties extra) {
    this.postgres = postgres;
    this.extra = extra;
  }

  Connection open() throws SQLException {
    Connection known = connection;
    if (known == null) {
      known = Database.open(postgres, extra);
      known.setReadOnly(true);
      connection = known;
    }
    return known;
  }

  /** Gives it up; the next {@link #open} begins another. */
  @Override
  public void close() {
    Connection known = connection;
    connection = null;
    if (known != null) {
      try {
        known.close();
      } catch (SQLException e) {
        // It is given up because it failed.
      }
    }
  }
}

package dev.freshet.materializer.view;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that is opened when it is needed and given up when it failed. Used by one thread.
 */
public final class HeldConnection implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HeldConnection.class);

  private final Database database;
  private final boolean autoCommit;
  private @Nullable Connection connection;

  public HeldConnection(Database database, boolean autoCommit) {
    this.database = database;
    this.autoCommit = autoCommit;
  }

  /** The connection, the same until it is given up. */
  public Connection get() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = database.open();
      open.setAutoCommit(autoCommit);
      connection = open;
    }
    return open;
  }

  /** Gives it up; the next {@link #get} opens another one. */
  @Override
  public void close() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.debug("a connection was given up", e);
      }
    }
  }
}

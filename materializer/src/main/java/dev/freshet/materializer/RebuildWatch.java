package dev.freshet.materializer;

import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.HeldConnection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks into {@code freshet.views} for requests to rebuild a view. Used by one thread. */
final class RebuildWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RebuildWatch.class);

  private final HeldConnection connection;
  private final Registry registry;
  private final String view;

  RebuildWatch(Database database, Registry registry, String view) {
    this.connection = new HeldConnection(database, true);
    this.registry = registry;
    this.view = view;
  }

  /** Whether somebody asked; not while Postgres does not answer, which the sink tells. */
  boolean isAskedFor() {
    try {
      return registry.find(connection.get(), view).map(Registry.Known::rebuild).orElse(false);
    } catch (SQLException e) {
      LOG.debug("view {} could not be looked up", view, e);
      close();
      return false;
    }
  }

  @Override
  public void close() {
    connection.close();
  }
}

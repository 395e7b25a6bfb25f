package dev.freshet.materializer.sink;

import dev.freshet.events.TableName;
import dev.freshet.materializer.view.View;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * A view's table made from scratch beside the one that is there, which nobody notices; then put in
 * its place in one transaction: readers see the old rows until it commits, then the new ones.
 *
 * <p>A table with the same columns keeps its grants and what depends on it; one with other columns
 * is replaced.
 */
public final class TableSwap {

  private final View view;
  private final TableName beside;
  private final ViewTable table;
  private final ViewTable next;
  private final String namespace;

  public TableSwap(View view, String namespace) {
    this.view = view;
    this.beside = beside(namespace, view.name());
    this.table = new ViewTable(view.plan(), view.table());
    this.next = new ViewTable(view.plan(), beside);
    this.namespace = namespace;
  }

  /** Short enough for an identifier, whatever namespace and view are called. */
  private static TableName beside(String namespace, String view) {
    return new TableName("freshet", "seed_%s_%08x".formatted(view, namespace.hashCode()));
  }

  /**
   * Runs the view's SQL in its time zone, into the table beside; how many rows it gave.
   *
   * @throws dev.freshet.runtime.FreshetException when the view's table is not Freshet's
   */
  public long fill(Connection connection) throws SQLException {
    table.exists(connection, namespace);
    next.drop(connection);
    next.create(connection, namespace);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL TimeZone = '" + view.zone().replace("'", "''") + "'");
    }
    long rows = next.fill(connection, view.plan().sql());
    next.createKey(connection);
    return rows;
  }

  /** The table with the new rows, until {@link #show}. */
  public TableName beside() {
    return beside;
  }

  /**
   * Drops a view's table, and what a seed left beside it.
   *
   * @throws dev.freshet.runtime.FreshetException when the table is not Freshet's
   */
  public static void drop(Connection connection, String namespace, String view, TableName name)
      throws SQLException {
    for (TableName owned : List.of(name, beside(namespace, view))) {
      if (ViewTable.isOwned(connection, namespace, view, owned)) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("DROP TABLE " + owned.quoted());
        }
      }
    }
  }

  /**
   * The keys of rows that are shown and will not be any more, as a query over the key columns;
   * empty when the old table is another kind of table.
   */
  public Optional<String> gone(Connection connection) throws SQLException {
    return table.exists(connection, namespace) && table.fits(connection)
        ? Optional.of(table.keysExcept(next))
        : Optional.empty();
  }

  /** Puts the new rows in the place of the old ones, in the caller's transaction. */
  public void show(Connection connection) throws SQLException {
    boolean exists = table.exists(connection, namespace);
    if (exists && table.fits(connection)) {
      table.clear(connection);
      table.fill(connection, "SELECT * FROM " + beside.quoted());
      next.drop(connection);
    } else {
      table.drop(connection);
      next.rename(connection, view.table());
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("ANALYZE " + view.table().quoted());
    }
  }
}

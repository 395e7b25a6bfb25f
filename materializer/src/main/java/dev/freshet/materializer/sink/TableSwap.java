package dev.freshet.materializer.sink;

import dev.freshet.events.TableName;
import dev.freshet.materializer.view.View;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A view's table made from scratch, in the caller's transaction: readers see the old rows until it
 * commits, then the new ones.
 *
 * <p>A table with the same columns keeps its grants and what depends on it; one with other columns
 * is replaced.
 */
public final class TableSwap {

  private final View view;
  private final ViewTable table;
  private final String namespace;
  private boolean isNew;

  public TableSwap(View view, String namespace) {
    this.view = view;
    this.table = new ViewTable(view.plan(), view.table());
    this.namespace = namespace;
  }

  /** Runs the view's SQL in its time zone, into the table; how many rows it gave. */
  public long fill(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL TimeZone = '" + view.zone().replace("'", "''") + "'");
    }
    isNew = true;
    if (table.exists(connection, namespace)) {
      isNew = !table.fits(connection);
      if (isNew) {
        table.drop(connection);
      } else {
        table.clear(connection);
      }
    }
    if (isNew) {
      table.create(connection, namespace);
    }
    return table.fill(connection, view.plan().sql());
  }

  /**
   * Drops a view's table.
   *
   * @throws dev.freshet.runtime.FreshetException when the table is not Freshet's
   */
  public static void drop(Connection connection, String namespace, String view, TableName name)
      throws SQLException {
    if (ViewTable.isOwned(connection, namespace, view, name)) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("DROP TABLE " + name.quoted());
      }
    }
  }

  /** The last step before the commit. */
  public void show(Connection connection) throws SQLException {
    if (isNew) {
      table.createKey(connection);
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("ANALYZE " + view.table().quoted());
    }
  }
}

package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.ingest.PublicationSetup.Publication;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** What a role needs that makes or changes a publication: Postgres refuses it without. */
final class PublicationRights {

  private static final String CREATE =
      "SELECT has_database_privilege(current_database(), 'CREATE')";

  private static final String OWNS_PUBLICATION =
      "SELECT pg_has_role(pubowner, 'USAGE') FROM pg_publication WHERE pubname = ?";

  private static final String OWNS_TABLE =
      """
      SELECT pg_has_role(relowner, 'USAGE') FROM pg_class
      WHERE oid = to_regclass(format('%I.%I', ?::text, ?::text))""";

  private PublicationRights() {}

  /**
   * What the session's role lacks, in words; empty when it may make this publication what it should
   * be. Tables that are not there are passed over: others tell of them.
   */
  static List<String> lacking(
      Connection connection, String publication, Collection<TableName> tables) throws SQLException {
    List<String> lacking = new ArrayList<>();
    Publication found = Publication.read(connection, publication);
    if (!found.exists() && !holds(connection, CREATE)) {
      lacking.add("it has no CREATE on this database");
    }
    if (!holds(connection, OWNS_PUBLICATION, publication)) {
      lacking.add("it does not own publication " + publication);
    }
    Set<TableName> named = PublicationSetup.withHeartbeat(tables);
    if (found.whole()) {
      named.removeAll(found.tables()); // the others stay as they are
    }
    for (TableName table : named) {
      if (!holds(connection, OWNS_TABLE, table.schema(), table.table())) {
        lacking.add("it does not own " + table);
      }
    }
    return lacking;
  }

  /** Whether it holds of what is there; true of what is not. */
  private static boolean holds(Connection connection, String sql, String... parameters)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        query.setString(i + 1, parameters[i]);
      }
      try (ResultSet row = query.executeQuery()) {
        return !row.next() || row.getBoolean(1);
      }
    }
  }
}

package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.FreshetException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Makes the publication be what it should be: these tables and the heartbeat's, every operation.
 *
 * <p>Idempotent; two at once wait for each other. One transaction: a reader of the log sees the old
 * publication or the new one.
 */
final class PublicationSetup {

  /** Any number will do as long as nobody else locks it: "freshet" in ASCII. */
  private static final long LOCK = 0x66726573686574L;

  private PublicationSetup() {}

  /**
   * @param connection with autocommit off
   * @throws FreshetException with the statements for a DBA when this role may not run them
   */
  static void ensure(Connection connection, String publication, Collection<TableName> tables)
      throws SQLException {
    List<String> statements = List.of();
    try (Statement statement = connection.createStatement()) {
      lock(statement);
      statements = missing(connection, publication, tables);
      for (String sql : statements) {
        statement.execute(sql);
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      if ("42501".equals(e.getSQLState())) {
        throw FreshetException.unfit(
            "this role may not change publication " + publication,
            String.valueOf(e.getMessage()),
            "let an owner of the tables run:\n"
                + String.join(";\n", statements)
                + ";\nand set manage-publication: false");
      }
      throw e;
    }
  }

  /** One changes the schema at a time; released with the transaction. */
  static void lock(Statement statement) throws SQLException {
    statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
  }

  /** The statements that lead from what is there to what should be; none when it is so already. */
  static List<String> missing(
      Connection connection, String publication, Collection<TableName> tables) throws SQLException {
    Set<TableName> wanted = withHeartbeat(tables);
    Publication found = Publication.read(connection, publication);
    String name = '"' + publication.replace("\"", "\"\"") + '"';
    if (!found.exists()) {
      return List.of(create(publication, wanted));
    }
    if (found.allTables()) {
      return List.of();
    }
    List<String> statements = new ArrayList<>();
    if (!found.everyOperation() || !found.viaRoot()) {
      statements.add(
          "ALTER PUBLICATION %s SET (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)"
              .formatted(name));
    }
    if (!found.whole() || !found.tables().containsAll(wanted)) {
      Set<TableName> added = new TreeSet<>(wanted);
      if (found.whole()) {
        added.removeAll(found.tables());
        statements.add("ALTER PUBLICATION %s ADD TABLE %s".formatted(name, list(added)));
      } else {
        // Row filters and column lists hide changes; setting the list again removes them.
        statements.add("ALTER PUBLICATION %s SET TABLE %s".formatted(name, list(wanted)));
        return statements;
      }
    }
    Set<TableName> dropped = new TreeSet<>(found.tables());
    dropped.removeAll(wanted);
    if (!dropped.isEmpty()) {
      statements.add("ALTER PUBLICATION %s DROP TABLE %s".formatted(name, list(dropped)));
    }
    return statements;
  }

  /** The statement for a publication that is not there. */
  static String create(String publication, Collection<TableName> tables) {
    return "CREATE PUBLICATION \"%s\" FOR TABLE %s WITH (publish_via_partition_root = true)"
        .formatted(publication.replace("\"", "\"\""), list(withHeartbeat(tables)));
  }

  static Set<TableName> withHeartbeat(Collection<TableName> tables) {
    Set<TableName> all = new TreeSet<>(tables);
    all.add(Topics.HEARTBEAT_TABLE);
    return all;
  }

  static String list(Collection<TableName> tables) {
    return tables.stream().map(TableName::quoted).collect(Collectors.joining(", "));
  }

  /** A publication as Postgres has it. */
  record Publication(
      boolean exists,
      boolean allTables,
      boolean everyOperation,
      boolean viaRoot,
      boolean whole,
      Set<TableName> tables) {

    private static final String OPTIONS =
        """
        SELECT puballtables, pubinsert AND pubupdate AND pubdelete AND pubtruncate, pubviaroot
        FROM pg_publication WHERE pubname = ?""";

    // Row filters exist since Postgres 15, hence the way through JSON; column lists too.
    private static final String TABLES =
        """
        SELECT p.schemaname, p.tablename,
          to_jsonb(p) ->> 'rowfilter' IS NULL
          AND (to_jsonb(r) ->> 'prattrs' IS NULL)
        FROM pg_publication_tables p
        LEFT JOIN pg_publication b ON b.pubname = p.pubname
        LEFT JOIN pg_publication_rel r ON r.prpubid = b.oid
          AND r.prrelid = format('%I.%I', p.schemaname, p.tablename)::regclass
        WHERE p.pubname = ?""";

    static Publication read(Connection connection, String name) throws SQLException {
      Set<TableName> tables = new TreeSet<>();
      boolean whole = true;
      try (PreparedStatement query = connection.prepareStatement(TABLES)) {
        query.setString(1, name);
        try (ResultSet rows = query.executeQuery()) {
          while (rows.next()) {
            tables.add(new TableName(rows.getString(1), rows.getString(2)));
            whole &= rows.getBoolean(3);
          }
        }
      }
      try (PreparedStatement query = connection.prepareStatement(OPTIONS)) {
        query.setString(1, name);
        try (ResultSet row = query.executeQuery()) {
          return row.next()
              ? new Publication(
                  true, row.getBoolean(1), row.getBoolean(2), row.getBoolean(3), whole, tables)
              : new Publication(false, false, false, false, true, Set.of());
        }
      }
    }
  }
}

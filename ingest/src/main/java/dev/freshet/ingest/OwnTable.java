package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.CheckResult;
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

/**
 * A table of Freshet's own in the source database, captured like any other.
 *
 * @param columns as they are written in SQL
 * @param rights what Freshet does with its rows
 */
record OwnTable(TableName name, String columns, List<String> rights) {

  private static final String SCHEMA = "CREATE SCHEMA IF NOT EXISTS freshet";

  /** A row per namespace, written at every heartbeat. */
  static OwnTable heartbeat() {
    return new OwnTable(
        Topics.HEARTBEAT_TABLE,
        """
        (
          namespace text PRIMARY KEY,
          beat_at timestamptz NOT NULL,
          xid bigint NOT NULL,
          snapshot_xmin bigint NOT NULL)""",
        List.of("SELECT", "INSERT", "UPDATE"));
  }

  /** Debezium's: what it is asked for, and the marks around each chunk of a snapshot. */
  static OwnTable signals(Topics topics) {
    return new OwnTable(
        topics.signalTable(),
        "(id varchar(64) PRIMARY KEY, type varchar(32) NOT NULL, data text)",
        List.of("SELECT", "INSERT", "DELETE"));
  }

  /** Those that a config needs. */
  static List<OwnTable> of(IngestConfig config, Topics topics) {
    List<OwnTable> all = new ArrayList<>(List.of(heartbeat()));
    if (config.snapshots()) {
      all.add(signals(topics));
    }
    return all;
  }

  /** Tables of rules and views, and Freshet's own. */
  static Set<TableName> with(IngestConfig config, Topics topics, Collection<TableName> tables) {
    Set<TableName> all = new TreeSet<>(tables);
    of(config, topics).forEach(own -> all.add(own.name()));
    return all;
  }

  private String create() {
    return "CREATE TABLE IF NOT EXISTS %s %s".formatted(name, columns);
  }

  private String grants(String role) {
    return "GRANT USAGE ON SCHEMA freshet TO %s;\nGRANT %s ON %s TO %s;"
        .formatted(role, String.join(", ", rights), name, role);
  }

  /** Creates it when it is missing; safe when two do it at once. */
  void ensure(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!exists(connection)) {
        // CREATE IF NOT EXISTS alone can fail when two run at once.
        PublicationSetup.lock(statement);
        statement.execute(SCHEMA);
        statement.execute(create());
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      if ("42501".equals(e.getSQLState())) {
        throw FreshetException.unfit(
            "this role may not create the table " + name,
            String.valueOf(e.getMessage()),
            "let an owner of the database run:\n"
                + SCHEMA
                + ";\n"
                + create()
                + ";\n"
                + grants("<this role>"));
      }
      throw e;
    }
  }

  private boolean exists(Connection connection) throws SQLException {
    return ask(connection, "SELECT to_regclass(?) IS NOT NULL", name.toString());
  }

  /** Whether it is there, with the rights that are needed. */
  CheckResult check(Connection connection) throws SQLException {
    String subject = "postgres.table." + name;
    if (!exists(connection)) {
      return CheckResult.ok(
          subject, "not there yet; made at start, by this role or before by an owner: " + create());
    }
    for (String right : rights) {
      if (!ask(connection, "SELECT has_table_privilege(?, '" + right + "')", name.toString())) {
        return CheckResult.fail(
            subject,
            "this role may not %s on %s".formatted(right, name),
            grants(text(connection, "SELECT quote_ident(current_user)")));
      }
    }
    return CheckResult.ok(subject, "rights " + String.join(", ", rights));
  }

  private static boolean ask(Connection connection, String sql, String value) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setString(1, value);
      try (ResultSet row = query.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}

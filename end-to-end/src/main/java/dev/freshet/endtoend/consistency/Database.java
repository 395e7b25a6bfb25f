package dev.freshet.endtoend.consistency;

import dev.freshet.events.TableName;
import dev.freshet.invalidation.TableRule;
import dev.freshet.invalidation.TagRules;
import dev.freshet.runtime.PostgresConnection;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Postgres as the check uses it: a table per lane, heartbeats, and who may be asked. Thread-safe.
 *
 * @param standby a real one, which replays late
 */
record Database(PostgresConnection primary, PostgresConnection standby, int lanes) {

  static final TableName HEARTBEAT = new TableName("public", "heartbeat");
  static final String PUBLICATION = "consistency";

  /** What the rows of every lane make stale. */
  TagRules rules() {
    return new TagRules(
        IntStream.range(0, lanes)
            .boxed()
            .collect(
                Collectors.toMap(
                    lane -> new TableName("public", Rows.table(lane)),
                    lane -> TableRule.tags("row:{id}", "group:{grp}"))));
  }

  /** The lanes by their tables. */
  Map<TableName, Integer> tables() {
    return IntStream.range(0, lanes)
        .boxed()
        .collect(
            Collectors.toMap(
                lane -> new TableName("public", Rows.table(lane)), Function.identity()));
  }

  /** A connection of its own, in autocommit, whose commits wait for nobody. */
  Connection connect() throws SQLException {
    Connection connection = open(primary);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET synchronous_commit = local");
    }
    return connection;
  }

  /** A connection to the standby, in autocommit. */
  Connection connectToStandby() throws SQLException {
    return open(standby);
  }

  private static Connection open(PostgresConnection at) throws SQLException {
    return DriverManager.getConnection(at.jdbcUrl(), at.jdbcProperties());
  }

  void create() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      StringBuilder tables = new StringBuilder("heartbeat");
      statement.execute(
          "CREATE TABLE heartbeat (id int PRIMARY KEY, xid bigint, snapshot_xmin bigint)");
      statement.execute("INSERT INTO heartbeat VALUES (1, 0, 0)");
      for (int lane = 0; lane < lanes; lane++) {
        String table = Rows.table(lane);
        statement.execute(
            "CREATE TABLE %s (id int PRIMARY KEY, grp int NOT NULL, version bigint NOT NULL)"
                .formatted(table));
        statement.execute(
            "INSERT INTO %s SELECT id, CASE WHEN id < %d THEN id %% %d ELSE id END, 1 FROM generate_series(0, %d) id"
                .formatted(table, Rows.FIRST_ALONE, Rows.GROUPS, Rows.COUNT - 1));
        tables.append(", ").append(table);
      }
      statement.execute("CREATE PUBLICATION " + PUBLICATION + " FOR TABLE " + tables);
    }
  }

  /** Makes commits that ask for it wait for the slow standby. */
  void waitForSlowStandby() throws SQLException {
    waitFor(SlowStandby.NAME);
  }

  /** Lets every commit go, also those that wait. */
  void waitForNobody() throws SQLException {
    waitFor("");
  }

  private void waitFor(String standby) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER SYSTEM SET synchronous_standby_names = '" + standby + "'");
      statement.execute("SELECT pg_reload_conf()");
    }
  }

  /** The newest transaction, 64 bits. */
  long newestXid() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")) {
      row.next();
      return row.getLong(1);
    }
  }
}

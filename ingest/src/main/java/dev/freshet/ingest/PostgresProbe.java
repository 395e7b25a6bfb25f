package dev.freshet.ingest;

import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.health.Figure;
import dev.freshet.runtime.health.Probe;
import dev.freshet.runtime.health.Reading;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * The source database: connections, the oldest transaction, standbys and slots, in four small
 * queries a look. What other users' sessions do is visible to members of pg_monitor alone.
 */
public final class PostgresProbe implements Probe {

  private static final int ANSWER_SECONDS = 5;

  private static final String CONNECTIONS =
      """
      SELECT coalesce(state, 'unknown'), count(*)
      FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY 1\
      """;

  private static final String LIMITS =
      """
      SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
          / greatest(current_setting('max_connections')::float8, 1),
        (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)
          FROM pg_stat_activity
          WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())::float8\
      """;

  private static final String STANDBYS =
      """
      SELECT coalesce(nullif(application_name, ''), client_addr::text, pid::text),
        coalesce(max(extract(epoch FROM replay_lag)), 0)::float8,
        coalesce(max(pg_wal_lsn_diff(
          CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
          replay_lsn)), 0)::float8
      FROM pg_stat_replication
      WHERE pid NOT IN
        (SELECT active_pid FROM pg_replication_slots WHERE slot_type = 'logical'
          AND active_pid IS NOT NULL)
      GROUP BY 1 ORDER BY 1\
      """;

  /** A slot without a status is one that nobody has used yet: there is nothing to lose. */
  private static final String SLOTS =
      """
      SELECT slot_name, coalesce(wal_status, 'reserved'),
        coalesce(pg_wal_lsn_diff(
          CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
          restart_lsn), 0)::float8,
        safe_wal_size::float8, active
      FROM pg_replication_slots ORDER BY 1\
      """;

  private final PostgresConnection postgres;
  private final SlotHistory history = new SlotHistory();
  private final KeptConnection connection;

  public PostgresProbe(PostgresConnection postgres) {
    this.postgres = postgres;
    this.connection = new KeptConnection(postgres, new Properties());
  }

  @Override
  public String component() {
    return "postgres";
  }

  @Override
  public String instance() {
    return "%s:%d/%s".formatted(postgres.host(), postgres.port(), postgres.database());
  }

  @Override
  public List<Reading> read() throws SQLException {
    List<Reading> found = new ArrayList<>();
    try (Statement statement = connection.open().createStatement()) {
      statement.setQueryTimeout(ANSWER_SECONDS);
      connections(statement, found);
      standbys(statement, found);
      slots(statement, found);
    } catch (SQLException e) {
      close();
      throw e;
    }
    return found;
  }

  private static void connections(Statement statement, List<Reading> found) throws SQLException {
    try (ResultSet row = statement.executeQuery(CONNECTIONS)) {
      while (row.next()) {
        found.add(
            Reading.of(Figure.POSTGRES_CONNECTIONS, "state", row.getString(1), row.getLong(2)));
      }
    }
    try (ResultSet row = statement.executeQuery(LIMITS)) {
      row.next();
      found.add(Reading.of(Figure.POSTGRES_CONNECTIONS_RATIO, row.getDouble(1)));
      found.add(
          Reading.of(Figure.POSTGRES_LONGEST_TRANSACTION_SECONDS, Math.max(0, row.getDouble(2))));
    }
  }

  /** Standbys of one name count as one, the slowest. */
  private static void standbys(Statement statement, List<Reading> found) throws SQLException {
    try (ResultSet row = statement.executeQuery(STANDBYS)) {
      for (int shown = 0; row.next() && shown < MOST_OF_A_KIND; shown++) {
        String name = row.getString(1);
        found.add(
            Reading.of(Figure.POSTGRES_REPLICATION_LAG_SECONDS, "standby", name, row.getDouble(2)));
        found.add(
            Reading.of(
                Figure.POSTGRES_REPLICATION_LAG_BYTES,
                "standby",
                name,
                Math.max(0, row.getDouble(3))));
      }
    }
  }

  private void slots(Statement statement, List<Reading> found) throws SQLException {
    long now = System.nanoTime();
    Set<String> seen = new HashSet<>();
    try (ResultSet row = statement.executeQuery(SLOTS)) {
      for (int shown = 0; row.next() && shown < MOST_OF_A_KIND; shown++) {
        String slot = row.getString(1);
        String state = row.getString(2);
        boolean broken = state.equals("lost") || state.equals("unreserved");
        double retained = Math.max(0, row.getDouble(3));
        found.add(Reading.of(Figure.POSTGRES_SLOT_RETAINED_BYTES, "slot", slot, retained));
        double left = Math.max(0, row.getDouble(4));
        boolean limited = !row.wasNull();
        seen.add(slot);
        double growth = history.growth(slot, now, retained);
        if (limited) {
          found.add(Reading.of(Figure.POSTGRES_SLOT_LEFT_BYTES, "slot", slot, left));
        }
        if (limited && growth > 0) {
          found.add(Reading.of(Figure.POSTGRES_SLOT_LEFT_SECONDS, "slot", slot, left / growth));
        }
        found.add(
            Reading.of(
                Figure.POSTGRES_SLOT_UNREAD_SECONDS,
                "slot",
                slot,
                history.unreadSeconds(slot, now, row.getBoolean(5))));
        found.add(
            new Reading(
                Figure.POSTGRES_SLOT_BROKEN, Map.of("slot", slot, "state", state), broken ? 1 : 0));
      }
    }
    history.keep(seen);
  }

  @Override
  public void close() {
    connection.close();
  }
}

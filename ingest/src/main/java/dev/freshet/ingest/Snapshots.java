package dev.freshet.ingest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.PostgresConnection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Snapshots of captured tables while capture runs, here or in Kafka Connect: rows are read in
 * chunks between two marks in the log, and written as events of operation {@code r} to the table's
 * topic; a row that changes meanwhile comes as its change instead. Asked for by a row in {@link
 * Topics#signalTable}, told about on {@link Topics#snapshots}.
 */
public record Snapshots(
    IngestConfig config, PostgresConnection postgres, KafkaConnection kafka, Topics topics) {

  /** What can be asked of those that are under way. */
  public enum Order {
    PAUSE("pause-snapshot"),
    RESUME("resume-snapshot"),
    STOP("stop-snapshot");

    private final String signal;

    Order(String signal) {
      this.signal = signal;
    }
  }

  private static final String EXECUTE = "execute-snapshot";
  private static final String PRIMARY_KEY =
      "SELECT 1 FROM pg_index WHERE indrelid = ?::regclass AND indisprimary";
  private static final String UNDEFINED_TABLE = "42P01";
  private static final String FORBIDDEN = "42501";

  /**
   * Asks for a snapshot; those asked for before go first.
   *
   * @param tables captured ones
   * @param where an SQL condition for the rows of the one table; the database is asked whether it
   *     is one
   * @return whether somebody reads the log now, and so will begin at once
   * @throws FreshetException when a table has no primary key, the condition is none, or snapshots
   *     are not switched on
   */
  public boolean begin(List<TableName> tables, Optional<String> where) {
    ObjectNode data = incremental();
    tables.forEach(table -> data.withArray("data-collections").add(ConnectorSettings.regex(table)));
    where.ifPresent(
        condition ->
            data.putArray("additional-conditions")
                .addObject()
                .put("data-collection", ConnectorSettings.regex(tables.get(0)))
                .put("filter", condition));
    return send(
        EXECUTE,
        data,
        connection -> {
          for (TableName table : tables) {
            requireKey(connection, table);
            requireCondition(connection, table, where.orElse("true"));
          }
        });
  }

  /**
   * Asks something of the snapshots that are under way.
   *
   * @return whether somebody reads the log now
   */
  public boolean order(Order order) {
    return send(order.signal, incremental(), connection -> {});
  }

  /** What is known of the snapshots of the last days, the newest last. */
  public List<SnapshotProgress> progress() {
    requireSwitchedOn();
    return SnapshotProgress.read(kafka, topics);
  }

  private interface Check {
    void on(Connection connection) throws SQLException;
  }

  private boolean send(String type, ObjectNode data, Check check) {
    requireSwitchedOn();
    try (Connection connection = Database.open(postgres)) {
      check.on(connection);
      insert(connection, type, data.toString());
      return SlotState.read(connection, config.slotIn(topics))
          .filter(SlotState::isRead)
          .isPresent();
    } catch (SQLException e) {
      throw Database.unreachable(postgres, e);
    }
  }

  private void insert(Connection connection, String type, String data) throws SQLException {
    String table = topics.signalTable().quoted();
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO " + table + " VALUES (?, ?, ?)")) {
      insert.setString(1, UUID.randomUUID().toString());
      insert.setString(2, type);
      insert.setString(3, data);
      insert.executeUpdate();
    } catch (SQLException e) {
      if (UNDEFINED_TABLE.equals(e.getSQLState()) || FORBIDDEN.equals(e.getSQLState())) {
        throw FreshetException.unfit(
            "a snapshot cannot be asked for",
            String.valueOf(e.getMessage()),
            "start capture with ingest.snapshots: true; it makes the table, or says who may");
      }
      throw e;
    }
  }

  private void requireSwitchedOn() {
    if (!config.snapshots()) {
      throw FreshetException.failed(
          "capture takes no orders for snapshots",
          "ingest.snapshots is false",
          "set ingest: { snapshots: true } and start capture again; with Kafka Connect: freshet connect deploy",
          null);
    }
  }

  private static void requireKey(Connection connection, TableName table) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(PRIMARY_KEY)) {
      query.setString(1, table.quoted());
      try (ResultSet row = query.executeQuery()) {
        if (!row.next()) {
          throw FreshetException.unfit(
              "%s has no primary key".formatted(table),
              "a snapshot goes through a table in the order of its key",
              "ALTER TABLE %s ADD PRIMARY KEY (…);".formatted(table.quoted()));
        }
      }
    }
  }

  /** A condition that fails later would leave the connector with a snapshot that never ends. */
  private static void requireCondition(Connection connection, TableName table, String condition)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      connection.setReadOnly(true);
      statement
          .executeQuery("SELECT 1 FROM %s WHERE (%s) LIMIT 0".formatted(table.quoted(), condition))
          .close();
    } catch (SQLException e) {
      throw FreshetException.failed(
          "this is no condition for the rows of " + table,
          "%s: %s".formatted(condition, e.getMessage()),
          "write it as after WHERE: --where \"created_at > '2026-01-01'\"",
          e);
    } finally {
      connection.setReadOnly(false);
    }
  }

  private static ObjectNode incremental() {
    return JsonNodeFactory.instance.objectNode().put("type", "incremental");
  }
}

package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.TopicProvisioner;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything before a run: topics, tables, heartbeat table, publication, and the question whether
 * anything was missed. Done again before each run, since a database can be replaced meanwhile.
 */
record CaptureStart(
    IngestConfig config,
    PostgresConnection postgres,
    KafkaConnection kafka,
    Topics topics,
    Map<TableName, Set<String>> columnsBefore) {

  private static final Logger LOG = LoggerFactory.getLogger(CaptureStart.class);
  private static final String SYSTEM =
      "SELECT system_identifier::text, current_database() FROM pg_control_system()";

  /** A run that may begin. */
  ChangeCapture prepare(ChangeCapture.Listener listener) {
    TopicProvisioner.ensure(kafka, Ingest.topics(config, topics, columnsBefore.keySet()));
    CaptureOffsets offsets = CaptureOffsets.read(kafka, topics);
    try (Connection connection = Database.open(postgres)) {
      PostgresCheck.require(PostgresCheck.database(connection, config, topics, columnsBefore));
      SourceIdentity here = identity(connection);
      // First of all, so that a refusal leaves everything as it was found.
      GapGuard.check(offsets, here, SlotState.read(connection, here.slot()));
      // Before the slot: a slot is read with the catalog of its time, which must have these.
      setUp(connection);
      if (!offsets.source().equals(Optional.of(here))) {
        CaptureOffsets.remember(kafka, topics, here);
      }
    } catch (SQLException e) {
      throw Database.unreachable(postgres, e);
    }
    return new ChangeCapture(
        ConnectorSettings.of(config, postgres, topics, columnsBefore.keySet()),
        kafka,
        topics,
        offsets.position(),
        listener);
  }

  private void setUp(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    Heartbeat.createTable(connection);
    if (config.managePublication()) {
      PublicationSetup.ensure(connection, config.publicationIn(topics), columnsBefore.keySet());
    } else {
      PostgresCheck.require(
          List.of(PublicationCheck.check(connection, config, topics, columnsBefore.keySet())));
    }
    connection.commit();
  }

  private SourceIdentity identity(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SYSTEM)) {
      if (!row.next()) {
        throw FreshetException.failed("Postgres did not tell its system identifier", "", "", null);
      }
      SourceIdentity here =
          new SourceIdentity(row.getString(1), row.getString(2), config.slotIn(topics));
      LOG.debug("capturing {}", here);
      return here;
    }
  }
}

package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.TopicProvisioner;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
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

  /** A run that may begin. */
  ChangeCapture prepare(ChangeCapture.Listener listener) {
    CaptureOffsets offsets = ready(UnaryOperator.identity());
    return new ChangeCapture(
        ConnectorSettings.of(config, postgres, topics, columnsBefore.keySet()),
        kafka,
        topics,
        offsets.position(),
        listener);
  }

  /**
   * Makes topics, tables and publication be there, wherever the connector runs.
   *
   * @param kept what is stored, seen from where the connector stores its position
   * @return where the log is to be read from
   * @throws FreshetException when the database is unfit, or changes may have been missed
   */
  CaptureOffsets ready(UnaryOperator<CaptureOffsets> kept) {
    TopicProvisioner.ensure(kafka, Ingest.topics(config, topics, columnsBefore.keySet()));
    CaptureOffsets stored = CaptureOffsets.read(kafka, topics);
    try (Connection connection = Database.open(postgres)) {
      PostgresCheck.require(PostgresCheck.database(connection, config, topics, columnsBefore));
      SourceIdentity here = SourceIdentity.read(connection, config.slotIn(topics));
      LOG.debug("capturing {}", here);
      Optional<SlotState> slot = SlotState.read(connection, here.slot());
      CaptureOffsets offsets = kept.apply(stored); // after the slot, which never overtakes it
      // First of all, so that a refusal leaves everything as it was found.
      GapGuard.check(offsets, here, slot);
      // Before the slot: a slot is read with the catalog of its time, which must have these.
      setUp(connection);
      if (!stored.source().equals(Optional.of(here))) {
        CaptureOffsets.remember(kafka, topics, here);
      }
      return offsets;
    } catch (SQLException e) {
      throw Database.unreachable(postgres, e);
    }
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
}

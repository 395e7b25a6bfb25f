package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.TopicProvisioner;
import java.sql.Connection;
import java.sql.PreparedStatement;
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
 *
 * <p>Over a gap it begins anew only where the config lets it, and only for a run of Freshet's own:
 * the position is forgotten, a lost slot dropped, and the reason kept until everything derived from
 * the rows is void.
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
    CaptureOffsets offsets = ready(UnaryOperator.identity(), config.onGap() == OnGap.BEGIN_ANEW);
    return new ChangeCapture(
        ConnectorSettings.of(config, postgres, topics, columnsBefore.keySet()),
        kafka,
        topics,
        offsets,
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
    return ready(kept, false);
  }

  private CaptureOffsets ready(UnaryOperator<CaptureOffsets> kept, boolean mayBeginAnew) {
    TopicProvisioner.ensure(kafka, Ingest.topics(config, topics, columnsBefore.keySet()));
    CaptureOffsets stored = CaptureOffsets.read(kafka, topics);
    try (Connection connection = Database.open(postgres)) {
      PostgresCheck.require(PostgresCheck.database(connection, config, topics, columnsBefore));
      SourceIdentity here = SourceIdentity.read(connection, config.slotIn(topics));
      LOG.debug("capturing {}", here);
      Optional<SlotState> slot = SlotState.read(connection, here.slot());
      CaptureOffsets offsets = kept.apply(stored); // after the slot, which never overtakes it
      // First of all, so that a refusal leaves everything as it was found.
      Optional<Gap> gap = GapGuard.find(offsets, here, slot, history(stored.source(), here));
      if (gap.isPresent()) {
        if (!mayBeginAnew || !gap.get().passable()) {
          throw gap.get().refusal();
        }
        offsets = beginAnew(connection, gap.get());
      }
      // Before the slot: a slot is read with the catalog of its time, which must have these.
      setUp(connection);
      if (!stored.source().equals(Optional.of(here))) {
        CaptureOffsets.remember(kafka, topics, here);
      }
      return new CaptureOffsets(offsets.position(), Optional.of(here), offsets.gap());
    } catch (SQLException e) {
      throw Database.unreachable(postgres, e);
    }
  }

  /** Asked for only when it is another timeline: it takes a connection of its own. */
  private TimelineHistory history(Optional<SourceIdentity> stored, SourceIdentity here)
      throws SQLException {
    return stored.isPresent() && stored.get().timeline() != here.timeline()
        ? TimelineHistory.read(postgres, here.timeline())
        : TimelineHistory.none();
  }

  private CaptureOffsets beginAnew(Connection connection, Gap gap) throws SQLException {
    LOG.error(
        "changes may have been missed ({}): {}. Capture begins anew; every entry of the cache is"
            + " void, and every view is seeded again. Caches of other applications have to be"
            + " cleared by hand",
        gap.reason().word(),
        gap.detail());
    // The reason first: from here on a crash leads to a start that finds it.
    CaptureOffsets.forgetOver(kafka, topics, gap);
    if (gap.reason() == Gap.Reason.LOST) {
      try (PreparedStatement drop =
          connection.prepareStatement("SELECT pg_drop_replication_slot(?)")) {
        drop.setString(1, gap.slot());
        drop.execute();
      }
    }
    return new CaptureOffsets(Optional.empty(), Optional.empty(), Optional.of(gap.detail()));
  }

  private void setUp(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    for (OwnTable own : OwnTable.of(config, topics)) {
      own.ensure(connection);
    }
    Set<TableName> published = OwnTable.with(config, topics, columnsBefore.keySet());
    if (config.managePublication()) {
      PublicationSetup.ensure(connection, config.publicationIn(topics), published);
    } else {
      PostgresCheck.require(List.of(PublicationCheck.check(connection, config, topics, published)));
    }
    connection.commit();
  }
}

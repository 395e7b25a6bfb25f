package dev.freshet.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.events.Lsn;
import dev.freshet.events.Topics;
import dev.freshet.ingest.connect.ConnectCluster;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.PostgresConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/**
 * Where capture stands, carried between Freshet and Kafka Connect: the JSON of Connect's own
 * interface, {@code {"offsets": [{"partition": …, "offset": …}]}}.
 *
 * <p>Only a capture that stands still has a position worth carrying: all methods refuse while
 * somebody reads the slot.
 */
public record Positions(
    IngestConfig config, PostgresConnection postgres, KafkaConnection kafka, Topics topics) {

  /** Who keeps a position. */
  public enum Place {
    /** Freshet, in its topic. */
    EMBEDDED,
    /** The connector. */
    CONNECT
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  /**
   * The position of a capture that was stopped.
   *
   * @throws FreshetException when there is none, or it is not stopped
   */
  public JsonNode export(Place from) {
    checkSlot(Optional.empty());
    Optional<Map<String, Object>> position =
        from == Place.CONNECT
            ? position(stoppedConnector(), config.connectorIn(topics), topics)
            : CaptureOffsets.read(kafka, topics).position();
    ObjectNode offset =
        JSON.valueToTree(
            position.orElseThrow(
                () ->
                    FreshetException.failed(
                        "there is no position to export",
                        from == Place.CONNECT
                            ? "connector %s has stored none".formatted(config.connectorIn(topics))
                            : "topic %s has none".formatted(topics.captureOffsets()),
                        "capture has not read a change yet; the other side may start without one",
                        null)));
    ObjectNode exported = JsonNodeFactory.instance.objectNode();
    ObjectNode entry = exported.putArray("offsets").addObject();
    entry.set("partition", JSON.valueToTree(new StoredOffsets(topics).partition()));
    entry.set("offset", offset);
    return exported;
  }

  /**
   * Lets a stopped capture go on from a position.
   *
   * @return the position
   * @throws FreshetException when it is none of this namespace, changes would be missed, or the
   *     capture is not stopped
   */
  public Lsn move(Place to, JsonNode exported) {
    Map<String, Object> position =
        of(exported, topics)
            .orElseThrow(
                () ->
                    FreshetException.failed(
                        "this is no position of namespace " + topics.namespace(),
                        "expected {\"offsets\": [{\"partition\": {\"server\": \"%s\"}, \"offset\": {…}}]}"
                            .formatted(topics.changePrefix()),
                        "write one with: freshet offsets export",
                        null));
    if (GapGuard.lsn(position).value() == 0) {
      throw FreshetException.failed(
          "this position has no LSN",
          "it has " + position.keySet(),
          "is it of a Postgres connector?",
          null);
    }
    SourceIdentity here = checkSlot(Optional.of(position));
    if (to == Place.CONNECT) {
      stoppedConnector().setOffsets(config.connectorIn(topics), exported);
    } else {
      CaptureOffsets.moveTo(kafka, topics, position);
    }
    CaptureOffsets.remember(kafka, topics, here);
    return GapGuard.lsn(position);
  }

  /** Nobody reads the slot, and nothing after the position was thrown away. */
  private SourceIdentity checkSlot(Optional<Map<String, Object>> position) {
    try (Connection connection = Database.open(postgres)) {
      String slot = config.slotIn(topics);
      SourceIdentity here = SourceIdentity.read(connection, slot);
      Optional<SlotState> state = SlotState.read(connection, slot);
      state
          .filter(SlotState::isRead)
          .ifPresent(
              found -> {
                throw FreshetException.unfit(
                    "capture is running: its position still moves",
                    "process %d of Postgres reads slot %s".formatted(found.activePid(), slot),
                    "stop it first: the role ingest, or the connector with: freshet connect stop");
              });
      GapGuard.check(
          new CaptureOffsets(position, Optional.empty()), here, state, TimelineHistory.none());
      return here;
    } catch (SQLException e) {
      throw Database.unreachable(postgres, e);
    }
  }

  private ConnectCluster stoppedConnector() {
    ConnectCluster cluster = Ingest.cluster(config);
    cluster
        .required(
            config.connectorIn(topics),
            "make it without starting it: freshet connect deploy --stopped")
        .requireStopped();
    return cluster;
  }

  /** Where a connector stands; empty when it is not there, or has not stored anything. */
  static Optional<Map<String, Object>> position(
      ConnectCluster cluster, String connector, Topics topics) {
    return cluster.offsets(connector).flatMap(offsets -> of(offsets, topics));
  }

  /** The offset of this namespace's partition. */
  static Optional<Map<String, Object>> of(JsonNode offsets, Topics topics) {
    JsonNode ours = JSON.valueToTree(new StoredOffsets(topics).partition());
    for (JsonNode entry : offsets.path("offsets")) {
      if (entry.path("partition").equals(ours) && entry.path("offset").isObject()) {
        return Optional.of(JSON.convertValue(entry.path("offset"), OBJECT));
      }
    }
    return Optional.empty();
  }

  /**
   * Reads what somebody exported.
   *
   * @throws FreshetException when it is not JSON
   */
  public static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw FreshetException.failed(
          "this is not JSON",
          String.valueOf(e.getOriginalMessage()),
          "write one with: freshet offsets export",
          e);
    }
  }
}

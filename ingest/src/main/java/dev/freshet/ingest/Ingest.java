package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.ingest.connect.ConnectCluster;
import dev.freshet.ingest.connect.ConnectConfig;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The front door of capture: Postgres tables become topics. */
public final class Ingest {

  /** Long enough to stop over a weekend and go on; the sinks read a topic once. */
  private static final Duration RETENTION = Duration.ofDays(7);

  private Ingest() {}

  /** Told when capture has begun anew after a gap. */
  public interface AfterGap {
    /**
     * Takes everything derived from the rows for stale. The log is being read by now, so what is
     * derived later is followed. Told again until it returns.
     *
     * @param reason of the gap, for people
     * @throws FreshetException when it cannot be done now
     */
    void everythingIsStale(String reason);
  }

  /**
   * A service that captures these tables.
   *
   * <p>Where a Kafka Connect captures, it makes everything ready for its connector and watches it.
   * Else its start checks the database, makes the publication (when it may), the heartbeat table,
   * the topics and the slot, and returns when the log is being read: what commits after that is
   * captured. Where changes may have been missed it begins anew or refuses to start, as the config
   * says; the same while it runs.
   *
   * @param columnsBefore the tables, each with the columns whose old values are needed
   * @param stages told of each change that Kafka has acknowledged
   * @param afterGap told when it has begun anew
   */
  public static Service service(
      IngestConfig config,
      PostgresConnection postgres,
      KafkaConnection kafka,
      Topics topics,
      Map<TableName, Set<String>> columnsBefore,
      Stages stages,
      MeterRegistry registry,
      AfterGap afterGap) {
    Map<TableName, Set<String>> copy = new HashMap<>();
    columnsBefore.forEach((table, columns) -> copy.put(table, Set.copyOf(columns)));
    return config
        .connect()
        .<Service>map(
            connect ->
                new ConnectCapture(
                    new CaptureStart(config, postgres, kafka, topics, Map.copyOf(copy)),
                    connect.cluster(),
                    registry))
        .orElseGet(
            () ->
                new IngestService(
                    config, postgres, kafka, topics, Map.copyOf(copy), stages, registry, afterGap));
  }

  /** The topics it writes: one per table, the heartbeat's and its own position. */
  public static List<TopicSpec> topics(
      IngestConfig config, Topics topics, Collection<TableName> tables) {
    List<TopicSpec> all = new ArrayList<>();
    Map<String, String> kept = Map.of("retention.ms", Long.toString(RETENTION.toMillis()));
    for (TableName table : PublicationSetup.withHeartbeat(tables)) {
      boolean heartbeat = table.equals(Topics.HEARTBEAT_TABLE);
      all.add(
          new TopicSpec(
              topics.changes(table),
              heartbeat ? 1 : config.partitions(),
              Map.of(
                  "retention.ms", Long.toString(RETENTION.toMillis()),
                  "max.message.bytes", Integer.toString(KafkaProducers.LARGEST_RECORD))));
    }
    all.add(TopicSpec.table(topics.captureOffsets(), 1));
    if (config.snapshots()) {
      all.add(new TopicSpec(topics.changes(topics.signalTable()), 1, kept));
      all.add(new TopicSpec(topics.snapshots(), 1, kept));
    }
    return List.copyOf(all);
  }

  /** What a connector in Kafka Connect is to be made with; the password is a reference. */
  public static Map<String, String> connector(
      IngestConfig config,
      PostgresConnection postgres,
      Topics topics,
      Collection<TableName> tables) {
    return WorkerSettings.of(config, connect(config), postgres, topics, tables);
  }

  /**
   * The Kafka Connect that captures.
   *
   * @throws FreshetException when the config names none
   */
  public static ConnectCluster cluster(IngestConfig config) {
    return connect(config).cluster();
  }

  private static ConnectConfig connect(IngestConfig config) {
    return config
        .connect()
        .orElseThrow(
            () ->
                FreshetException.failed(
                    "the config names no Kafka Connect",
                    "Freshet captures by itself",
                    "set ingest: { connect: \"http://connect:8083\" }",
                    null));
  }

  /** What was done to a connector. */
  public enum Deployed {
    CREATED,
    CHANGED,
    UNCHANGED
  }

  /**
   * Makes the connector be there with this config, and everything it needs in Postgres and Kafka.
   *
   * @param stopped whether one that is not there yet is made without starting it
   * @throws FreshetException when the database is unfit, changes may have been missed, or a worker
   *     refuses the config, with every reason
   */
  public static Deployed deploy(
      IngestConfig config,
      PostgresConnection postgres,
      KafkaConnection kafka,
      Topics topics,
      Map<TableName, Set<String>> columnsBefore,
      boolean stopped) {
    return new Deployment(
            new CaptureStart(config, postgres, kafka, topics, columnsBefore), cluster(config))
        .run(stopped);
  }

  /**
   * Forgets where capture stands, so that the next start is a first start. Whoever calls this must
   * take every cache entry and every view of the namespace for stale.
   */
  public static void forgetPosition(KafkaConnection kafka, Topics topics) {
    CaptureOffsets.forget(kafka, topics);
  }
}

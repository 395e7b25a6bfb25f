package dev.freshet.events;

import java.util.regex.Pattern;

/**
 * The topics of one application: the only file in which a topic name is written.
 *
 * @param namespace prefixes every topic, consumer group, slot, publication and Redis key; 1 to 40
 *     of {@code a-z 0-9 _}, starting with a letter, because a replication slot allows no more
 */
public record Topics(String namespace) {

  private static final Pattern NAMESPACE = Pattern.compile("[a-z][a-z0-9_]{0,39}");

  /** The table through which heartbeats travel; created by Freshet in the source database. */
  public static final TableName HEARTBEAT_TABLE = new TableName("freshet", "heartbeat");

  public Topics {
    if (!NAMESPACE.matcher(namespace).matches()) {
      throw new IllegalArgumentException(
          "a namespace is 1 to 40 of a-z, 0-9 and _, starting with a letter; found \"%s\""
              .formatted(namespace));
    }
  }

  /** Debezium's {@code topic.prefix}: what stands before {@code .schema.table}. */
  public String changePrefix() {
    return namespace + ".cdc";
  }

  /** Row changes of one table: Debezium's JSON envelope, keyed by primary key. */
  public String changes(TableName table) {
    return changePrefix() + "." + legal(table.schema()) + "." + legal(table.table());
  }

  /** Heartbeats, as row changes of {@link #HEARTBEAT_TABLE}. */
  public String heartbeats() {
    return changes(HEARTBEAT_TABLE);
  }

  /** The table through which snapshots are asked for; Debezium wants one per connector. */
  public TableName signalTable() {
    return new TableName(HEARTBEAT_TABLE.schema(), "signal_" + namespace);
  }

  /** What Debezium tells about the snapshots it was asked for. */
  public String snapshots() {
    return namespace + ".snapshots";
  }

  /** Row changes of every table a view reads: whole transactions, in the order of their commits. */
  public String commits() {
    return namespace + ".commits";
  }

  /** The rows of a view, keyed by the view's key; compacted. */
  public String view(String name) {
    return namespace + ".view." + legal(name);
  }

  /** Where the tables of views stand: {@link TablePosition}s, keyed by view; compacted. */
  public String viewTables() {
    return namespace + ".view-tables";
  }

  /** Stale tags and watermarks: {@link Invalidation} as JSON. */
  public String invalidations() {
    return namespace + ".invalidations";
  }

  /** What the Redis sink did: {@link Applied} as JSON. */
  public String applied() {
    return namespace + ".applied";
  }

  /** Answered requests: {@link RequestEvent}s as {@link RequestReader} reads them; key unused. */
  public String requests() {
    return namespace + ".requests";
  }

  /** States of alerts, keyed by their identity; compacted. */
  public String alerts() {
    return namespace + ".alerts";
  }

  /** Good and bad requests of each objective by minute, on their way to be judged. */
  public String sloMinutes() {
    return namespace + ".slo-minutes";
  }

  /** Counts of requests by service, route and pane of time, on their way to be merged. */
  public String latencyPartials() {
    return namespace + ".latency-partials";
  }

  /** Rolling windows: {@link LatencyRow} as JSON, keyed by service, route and window; compacted. */
  public String latency() {
    return namespace + ".latency";
  }

  /** History: {@link LatencyMinute} as JSON, keyed by service, route and minute. */
  public String latencyMinutes() {
    return namespace + ".latency-minutes";
  }

  /** How the parts of the system are: {@link HealthReport} as JSON, keyed by part; compacted. */
  public String health() {
    return namespace + ".health";
  }

  /** Records nobody could read, byte for byte, with their origin in the headers. */
  public String deadLetters() {
    return namespace + ".dlq";
  }

  /** Where capture stands in the log; compacted; keys and values as Kafka Connect writes them. */
  public String captureOffsets() {
    return namespace + ".offsets";
  }

  /** Debezium's own heartbeat topic prefix, used only while no table changes. */
  public String debeziumHeartbeatPrefix() {
    return namespace + ".heartbeat";
  }

  /** Kafka allows letters, digits, {@code . _ -}; Debezium replaces all else by an underscore. */
  private static String legal(String name) {
    return name.replaceAll("[^a-zA-Z0-9._-]", "_");
  }
}

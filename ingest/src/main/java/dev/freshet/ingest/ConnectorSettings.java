package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.config.InvalidValue;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The Debezium connector's properties: what the user may set, and what Freshet decides because a
 * guarantee hangs on it.
 */
final class ConnectorSettings {

  /** Debezium's queue between the reader of the log and the sender; rows. */
  private static final int QUEUE_ROWS = 8192;

  private static final long QUEUE_BYTES = 64L * 1024 * 1024;

  /** Properties Debezium knows under its own name; other JDBC properties go to the driver. */
  private static final Set<String> OWN_CONNECTION_PROPERTIES =
      Set.of("sslmode", "sslcert", "sslkey", "sslrootcert", "sslpassword", "sslfactory");

  /** Key or prefix (ending in a dot) and why it may not be set. */
  private static final Map<String, String> REFUSED = refused();

  private ConnectorSettings() {}

  private static Map<String, String> refused() {
    Map<String, String> reasons = new LinkedHashMap<>();
    String addressed = "the address is the setting postgres";
    reasons.put("database.", addressed);
    reasons.put("driver.", "JDBC properties are parameters of the Postgres address");
    String identity = "topic names follow the namespace, and so does the stored position";
    reasons.put("name", identity);
    reasons.put("topic.", identity);
    reasons.put("connector.class", "only the Postgres connector is supported");
    reasons.put("tasks.max", "a slot has one reader");
    reasons.put("plugin.name", "pgoutput is part of every Postgres and the only one tested");
    reasons.put("slot.name", "set slot instead");
    reasons.put("slot.drop.on.stop", "dropping the slot loses every change made while stopped");
    reasons.put("slot.seek.to.known.offset.on.start", "it decides whether a gap is noticed");
    reasons.put("offset.", "the position is stored in Kafka, and a gap behind it is refused");
    reasons.put("lsn.flush.mode", "the slot may move only after Kafka has the changes");
    reasons.put("publication.", "set publication and manage-publication instead");
    reasons.put("snapshot.", "capture starts from the slot; views are seeded by their own queries");
    String asked = "set snapshots: true, and ask with: freshet snapshot";
    reasons.put("signal.", asked);
    reasons.put("notification.", asked);
    reasons.put("incremental.snapshot.watermarking.strategy", asked);
    reasons.put("read.only", asked);
    reasons.put("table.", "tables follow from the tag rules and the views");
    reasons.put("schema.include.list", "tables follow from the tag rules and the views");
    reasons.put("schema.exclude.list", "tables follow from the tag rules and the views");
    String images = "a column missing from the row images would leave its tags stale";
    reasons.put("column.", images);
    reasons.put("message.key.columns", "keys are primary keys: deletes and tombstones rely on it");
    reasons.put("skipped.operations", "TRUNCATE makes a whole table stale");
    reasons.put("skip.messages.without.change", images);
    reasons.put("tombstones.on.delete", "a compacted topic would keep deleted rows for ever");
    reasons.put("unavailable.value.placeholder", "tag rules recognise Debezium's own");
    reasons.put("decimal.handling.mode", "numbers travel as text, exactly as Postgres shows them");
    reasons.put("time.precision.mode", "one representation of time for all tags and views");
    reasons.put("interval.handling.mode", "one representation of time for all tags and views");
    reasons.put("provide.transaction.metadata", "it can lose changes on Postgres 17 and later");
    reasons.put("event.processing.failure.handling.mode", "a change that is skipped is lost");
    reasons.put("errors.", "retries are Freshet's, with the reason in its health");
    reasons.put("heartbeat.", "Freshet writes its own heartbeat: set heartbeat-interval");
    String envelope = "topics and envelope are exactly Debezium's own";
    reasons.put("transforms", envelope);
    reasons.put("predicates", envelope);
    reasons.put("key.converter", envelope);
    reasons.put("value.converter", envelope);
    reasons.put("header.converter", envelope);
    reasons.put("max.batch.size", "a batch is one change, so that none waits for another");
    reasons.put("poll.interval.ms", "it is as short as it can be; a change wakes the sender");
    reasons.put("queue.provider.type", "the queue wakes the sender, and is bounded");
    return reasons;
  }

  /**
   * @throws InvalidValue naming every property that may not be set, with the reason
   */
  static void refuseUnsafe(Map<String, String> properties) {
    String problems =
        new TreeSet<>(properties.keySet())
            .stream()
                .flatMap(key -> reason(key).stream().map(reason -> key + ": " + reason))
                .collect(Collectors.joining("\n"));
    if (!problems.isEmpty()) {
      throw new InvalidValue("debezium", "these Debezium properties may not be set:\n" + problems);
    }
  }

  private static Set<String> reason(String key) {
    for (Map.Entry<String, String> refused : REFUSED.entrySet()) {
      String known = refused.getKey();
      boolean hit =
          known.endsWith(".")
              ? key.startsWith(known)
              : key.equals(known) || key.startsWith(known + ".");
      if (hit) {
        return Set.of(refused.getValue());
      }
    }
    return Set.of();
  }

  /** What the connector task is started with. */
  static Map<String, String> of(
      IngestConfig config,
      PostgresConnection postgres,
      Topics topics,
      Collection<TableName> tables) {
    Map<String, String> all = shared(config, postgres, topics, tables);
    all.put("database.password", postgres.password());
    all.put("name", topics.namespace());
    all.put("task.id", "0");
    all.put("slot.max.retries", "0"); // a failure ends the run; the service starts the next one
    all.put("heartbeat.interval.ms", "0");
    // A batch waits until it is full or the interval is over, so a batch of one never waits. The
    // interval is also how long the reader sleeps when the log has nothing new.
    all.put("max.batch.size", "1");
    all.put("poll.interval.ms", "1");
    all.put("queue.provider.type", ChangeQueue.NAME);
    all.put(ChangeQueue.RUN, UUID.randomUUID().toString());
    return all;
  }

  /**
   * What holds wherever the connector runs, here or in Kafka Connect: all but the password, and how
   * it waits.
   */
  static Map<String, String> shared(
      IngestConfig config,
      PostgresConnection postgres,
      Topics topics,
      Collection<TableName> tables) {
    Map<String, String> all = new TreeMap<>(config.debezium());
    connection(postgres, all);
    all.put("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
    all.put("topic.prefix", topics.changePrefix());
    all.put("plugin.name", "pgoutput");
    all.put("slot.name", config.slotIn(topics));
    all.put("slot.drop.on.stop", "false");
    all.putIfAbsent("slot.failover", "true"); // from Postgres 17 on a standby may take it over
    all.put("offset.mismatch.strategy", "trust_offset");
    all.put("publication.name", config.publicationIn(topics));
    all.put("publication.autocreate.mode", "disabled");
    all.put("snapshot.mode", "no_data");
    Set<TableName> captured = OwnTable.with(config, topics, tables);
    all.put("table.include.list", includeList(captured));
    if (config.snapshots()) {
      all.put("signal.data.collection", topics.signalTable().toString());
      all.put("signal.enabled.channels", "source");
      all.put("incremental.snapshot.watermarking.strategy", "insert_delete"); // leaves no rows
      all.put("notification.enabled.channels", "sink");
      all.put("notification.sink.topic.name", topics.snapshots());
    }
    all.put("skipped.operations", "none");
    all.put("tombstones.on.delete", "true");
    all.put("decimal.handling.mode", "string");
    all.put("time.precision.mode", "isostring");
    all.put("interval.handling.mode", "string");
    all.put("provide.transaction.metadata", "false");
    all.put("event.processing.failure.handling.mode", "fail");
    all.put("errors.max.retries", "-1");
    all.put("retriable.restart.connector.wait.ms", "1000");
    all.put("topic.heartbeat.prefix", topics.debeziumHeartbeatPrefix());
    all.putIfAbsent("max.queue.size", Integer.toString(QUEUE_ROWS));
    all.putIfAbsent("max.queue.size.in.bytes", Long.toString(QUEUE_BYTES));
    all.putIfAbsent("schema.refresh.mode", "columns_diff_exclude_unchanged_toast");
    return all;
  }

  private static void connection(PostgresConnection postgres, Map<String, String> all) {
    postgres
        .parameters()
        .forEach(
            (name, value) ->
                all.put(
                    (OWN_CONNECTION_PROPERTIES.contains(name) ? "database." : "driver.") + name,
                    value));
    all.put("database.hostname", postgres.host());
    all.put("database.port", Integer.toString(postgres.port()));
    all.put("database.dbname", postgres.database());
    all.put("database.user", postgres.user());
  }

  /** A list of regular expressions, as Debezium reads it, matching these tables and no others. */
  static String includeList(Collection<TableName> tables) {
    Set<TableName> all = new TreeSet<>(tables);
    all.add(Topics.HEARTBEAT_TABLE);
    return all.stream().map(ConnectorSettings::regex).collect(Collectors.joining(","));
  }

  /** The regular expression of one table's name. */
  static String regex(TableName table) {
    return literal(table.schema()) + "\\." + literal(table.table());
  }

  /** Escapes everything that could mean something to a regular expression or to the list. */
  private static String literal(String name) {
    StringBuilder escaped = new StringBuilder();
    name.codePoints()
        .forEach(
            c -> {
              if (c < 128 && !Character.isLetterOrDigit(c) && c != '_') {
                escaped.append('\\');
              }
              escaped.appendCodePoint(c);
            });
    return escaped.toString();
  }
}

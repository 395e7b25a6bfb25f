package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.ingest.connect.ConnectConfig;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.PostgresConnection;
import java.util.Collection;
import java.util.Map;

/**
 * The connector's config in Kafka Connect: what {@link ConnectorSettings} decides, and in place of
 * Freshet's own loop the settings with which a worker does the same.
 */
final class WorkerSettings {

  /**
   * Up to this long a change may wait after a pause; a worker's task polls in a busy loop for the
   * last millisecond of it.
   */
  private static final String POLL_MILLIS = "10";

  private static final String JSON_CONVERTER = "org.apache.kafka.connect.json.JsonConverter";

  private WorkerSettings() {}

  static Map<String, String> of(
      IngestConfig config,
      ConnectConfig connect,
      PostgresConnection postgres,
      Topics topics,
      Collection<TableName> tables) {
    if (postgres.parameters().containsKey("sslpassword")) {
      throw FreshetException.unfit(
          "the Postgres address has an sslpassword",
          "Kafka Connect would store it as it is and show it to whoever asks",
          "let the workers have a key file without a passphrase that only they can read");
    }
    Map<String, String> all = ConnectorSettings.shared(config, postgres, topics, tables);
    all.put("database.password", connect.passwordReference());
    all.put("tasks.max", "1");
    all.put("key.converter", JSON_CONVERTER);
    all.put("key.converter.schemas.enable", "false");
    all.put("value.converter", JSON_CONVERTER);
    all.put("value.converter.schemas.enable", "false");
    all.put("header.converter", "org.apache.kafka.connect.storage.SimpleHeaderConverter");
    // A batch of one never waits for others; the producer joins what comes together.
    all.put("max.batch.size", "1");
    all.put("poll.interval.ms", POLL_MILLIS);
    all.put("producer.override.linger.ms", "0");
    all.put("producer.override.acks", "all");
    all.put("producer.override.max.request.size", Integer.toString(KafkaProducers.LARGEST_RECORD));
    all.put("heartbeat.interval.ms", Long.toString(config.heartbeatInterval().toMillis()));
    all.put("heartbeat.action.query", Heartbeat.statement(topics));
    // Topics that are not there yet: where the worker may make them, and the broker may not.
    all.put("topic.creation.default.partitions", Integer.toString(config.partitions()));
    all.put("topic.creation.default.replication.factor", "-1");
    return all;
  }
}

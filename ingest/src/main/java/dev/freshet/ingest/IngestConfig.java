package dev.freshet.ingest;

import dev.freshet.events.Topics;
import dev.freshet.ingest.connect.ConnectConfig;
import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import dev.freshet.runtime.config.InvalidValue;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** How row changes are captured. */
@Doc("How row changes are captured from Postgres.")
public record IngestConfig(
    @Doc("The replication slot; the namespace when left out. No other program may use it.")
        @Example("shop")
        Optional<String> slot,
    @Doc("The publication; the namespace when left out.") @Example("shop")
        Optional<String> publication,
    @Doc("Whether Freshet creates the publication and adds and drops tables. If not, a DBA does.")
        @Default("true")
        boolean managePublication,
    @Doc("How often a heartbeat is written to the table freshet.heartbeat; 100ms to 1m.")
        @Default("1s")
        Duration heartbeatInterval,
    @Doc("Partitions of each table's topic when it is created.") @Default("1") int partitions,
    @Doc("Further Debezium connector properties. Those that guard against loss are refused.")
        @Default("{}")
        Map<String, String> debezium,
    @Doc("A Kafka Connect cluster that captures in place of Freshet; Freshet itself when left out.")
        @Example("http://connect:8083")
        Optional<ConnectConfig> connect,
    @Doc(
            "When changes may have been missed (a slot that is lost, gone or made again): begin-anew"
                + " with a new slot, every entry of the cache void and every view seeded again; or"
                + " stop. Capture by Kafka Connect always stops.")
        @Default("begin-anew")
        OnGap onGap,
    @Doc(
            "Whether snapshots of chosen tables may be asked for while capture runs: freshet snapshot."
                + " It needs a table freshet.signal_NAMESPACE, in the publication.")
        @Default("false")
        boolean snapshots) {

  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
  private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(1);
  private static final int MOST_PARTITIONS = 1000;

  public IngestConfig {
    debezium = Map.copyOf(debezium);
    if (heartbeatInterval.compareTo(SHORTEST_INTERVAL) < 0
        || heartbeatInterval.compareTo(LONGEST_INTERVAL) > 0) {
      throw new InvalidValue(
          "heartbeatInterval", "a heartbeat interval is 100ms to 1m, found " + heartbeatInterval);
    }
    if (partitions < 1 || partitions > MOST_PARTITIONS) {
      throw new InvalidValue("partitions", "partitions is 1 to 1000, found " + partitions);
    }
    ConnectorSettings.refuseUnsafe(debezium);
  }

  /** Every setting left out. */
  public static IngestConfig defaults() {
    return new IngestConfig(
        Optional.empty(),
        Optional.empty(),
        true,
        Duration.ofSeconds(1),
        1,
        Map.of(),
        Optional.empty(),
        OnGap.BEGIN_ANEW,
        false);
  }

  /** The slot's name in this namespace. */
  public String slotIn(Topics topics) {
    return slot.orElse(topics.namespace());
  }

  /** The connector's name in this namespace. */
  public String connectorIn(Topics topics) {
    return connect.flatMap(ConnectConfig::connector).orElse(topics.namespace());
  }

  /** The publication's name in this namespace. */
  public String publicationIn(Topics topics) {
    return publication.orElse(topics.namespace());
  }
}

package dev.freshet.app;

import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import dev.freshet.runtime.config.InvalidValue;
import dev.freshet.runtime.config.Secret;
import dev.freshet.runtime.config.Shorthand;
import java.util.Map;
import java.util.TreeMap;

/** How to reach Kafka, as the config file says it. */
@Doc("How to reach Kafka. Written as one text, it is the bootstrap servers.")
@Shorthand("bootstrap")
public record KafkaConfig(
    @Doc("Bootstrap servers, host:port, separated by commas.") @Example("kafka:9092")
        String bootstrap,
    @Doc(
            "Further settings of every Kafka client, as in Kafka's own documentation:"
                + " security.protocol, sasl.mechanism and so on. Never printed.")
        @Default("{}")
        Map<String, Secret> properties) {

  public KafkaConfig {
    if (!bootstrap.matches("[^\\s,:/]+:[0-9]{1,5}(\\s*,\\s*[^\\s,:/]+:[0-9]{1,5})*")) {
      throw new InvalidValue(
          "bootstrap", "\"" + bootstrap + "\" is not host:port", "write it like kafka:9092");
    }
    properties = Map.copyOf(properties);
  }

  /** The same for the clients. */
  public KafkaConnection connection() {
    Map<String, String> revealed = new TreeMap<>();
    properties.forEach((name, value) -> revealed.put(name, value.reveal()));
    return new KafkaConnection(bootstrap.replaceAll("\\s", ""), revealed);
  }
}

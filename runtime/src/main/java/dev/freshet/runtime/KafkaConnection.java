package dev.freshet.runtime;

import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * How to reach Kafka: bootstrap servers and whatever else a client needs (TLS, SASL).
 *
 * @param bootstrap {@code host:port,host:port}
 * @param properties further client properties, passed through to every client
 */
public record KafkaConnection(String bootstrap, Map<String, String> properties) {

  public KafkaConnection {
    properties = Map.copyOf(properties);
  }

  /** Properties for a client; all that the user set, and this client's name. */
  public Properties clientProperties(String clientId) {
    Properties all = new Properties();
    all.putAll(properties);
    all.put("bootstrap.servers", bootstrap);
    all.put("client.id", clientId);
    return all;
  }

  /**
   * Properties for a member of a consumer group: one that crashed is missed after 6 s, unless the
   * user wants it otherwise.
   */
  public Properties memberProperties(String clientId) {
    Properties all = clientProperties(clientId);
    all.putIfAbsent("session.timeout.ms", "6000");
    all.putIfAbsent("heartbeat.interval.ms", "2000");
    return all;
  }

  /** Shows addresses and the names of the other properties, never their values. */
  @Override
  public String toString() {
    return properties.isEmpty()
        ? bootstrap
        : bootstrap + " with " + new TreeMap<>(properties).keySet();
  }
}

package dev.freshet.invalidation;

import dev.freshet.runtime.health.Figure;
import dev.freshet.runtime.health.Probe;
import dev.freshet.runtime.health.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Redis of the cache: one INFO a look. Of a cluster it is the node that the connection reaches
 * first.
 */
public final class RedisProbe implements Probe {

  private final String uri;
  private @Nullable RedisConnection connection;

  public RedisProbe(String uri) {
    this.uri = uri;
  }

  @Override
  public String component() {
    return "redis";
  }

  @Override
  public String instance() {
    return RedisConnection.withoutPassword(uri);
  }

  @Override
  public List<Reading> read() {
    long asked = System.nanoTime();
    Map<String, String> info;
    try {
      info = RedisCheck.info(RedisConnection.await(connected().commands().info()));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    List<Reading> found = new ArrayList<>();
    found.add(Reading.of(Figure.REDIS_PING_SECONDS, (System.nanoTime() - asked) / 1e9));
    double used = number(info, "used_memory");
    double limit = number(info, "maxmemory");
    found.add(Reading.of(Figure.REDIS_MEMORY_USED_BYTES, used));
    if (limit > 0) {
      found.add(Reading.of(Figure.REDIS_MEMORY_USED_RATIO, used / limit));
    }
    double clients = number(info, "connected_clients");
    double most = number(info, "maxclients");
    found.add(Reading.of(Figure.REDIS_CLIENTS, clients));
    if (most > 0) {
      found.add(Reading.of(Figure.REDIS_CLIENTS_RATIO, clients / most));
    }
    found.add(Reading.of(Figure.REDIS_BLOCKED_CLIENTS, number(info, "blocked_clients")));
    found.add(Reading.of(Figure.REDIS_EVICTED_KEYS, number(info, "evicted_keys")));
    found.add(Reading.of(Figure.REDIS_REJECTED_CONNECTIONS, number(info, "rejected_connections")));
    String policy = info.getOrDefault("maxmemory_policy", "unknown");
    found.add(
        Reading.of(
            Figure.REDIS_UNSAFE_EVICTION, "policy", policy, policy.startsWith("allkeys") ? 1 : 0));
    return found;
  }

  private static double number(Map<String, String> info, String field) {
    return Double.parseDouble(info.getOrDefault(field, "0"));
  }

  private RedisConnection connected() {
    RedisConnection known = connection;
    if (known == null) {
      known = RedisConnection.open(uri);
      connection = known;
    }
    return known;
  }

  @Override
  public void close() {
    RedisConnection known = connection;
    connection = null;
    if (known != null) {
      known.close();
    }
  }
}

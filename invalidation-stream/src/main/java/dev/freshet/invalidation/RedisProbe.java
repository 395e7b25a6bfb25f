package dev.freshet.invalidation;

import dev.freshet.runtime.health.Figure;
import dev.freshet.runtime.health.Probe;
import dev.freshet.runtime.health.Reading;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Redis of the cache: one INFO a look, of a cluster one per primary. Redis is as well as its
 * worst primary: when one does not answer, the look has failed.
 */
public final class RedisProbe implements Probe {

  private static final Map<Figure, String> SUMS =
      new EnumMap<>(
          Map.of(
              Figure.REDIS_MEMORY_USED_BYTES, "used_memory",
              Figure.REDIS_CLIENTS, "connected_clients",
              Figure.REDIS_BLOCKED_CLIENTS, "blocked_clients",
              Figure.REDIS_EVICTED_KEYS, "evicted_keys",
              Figure.REDIS_REJECTED_CONNECTIONS, "rejected_connections"));

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
    List<RedisInfo> primaries;
    try {
      primaries = RedisInfo.ofPrimaries(connected());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    return readings(primaries, (System.nanoTime() - asked) / 1e9);
  }

  /** What counts is added up; of what has a limit, the one that is nearest to it is told. */
  static List<Reading> readings(List<RedisInfo> primaries, double seconds) {
    List<Reading> found = new ArrayList<>();
    found.add(Reading.of(Figure.REDIS_PING_SECONDS, seconds));
    found.add(Reading.of(Figure.REDIS_PRIMARIES, primaries.size()));
    SUMS.forEach(
        (figure, field) ->
            found.add(
                Reading.of(
                    figure, primaries.stream().mapToDouble(info -> info.number(field)).sum())));
    worst(primaries, "used_memory", "maxmemory", Figure.REDIS_MEMORY_USED_RATIO, found);
    worst(primaries, "connected_clients", "maxclients", Figure.REDIS_CLIENTS_RATIO, found);
    String policy =
        primaries.stream()
            .map(info -> info.text("maxmemory_policy"))
            .filter(RedisProbe::isUnsafe)
            .findFirst()
            .orElseGet(() -> primaries.get(0).text("maxmemory_policy"));
    found.add(Reading.of(Figure.REDIS_UNSAFE_EVICTION, "policy", policy, isUnsafe(policy) ? 1 : 0));
    return found;
  }

  private static void worst(
      List<RedisInfo> primaries, String used, String limit, Figure figure, List<Reading> found) {
    primaries.stream()
        .filter(info -> info.number(limit) > 0)
        .mapToDouble(info -> info.number(used) / info.number(limit))
        .max()
        .ifPresent(ratio -> found.add(Reading.of(figure, ratio)));
  }

  private static boolean isUnsafe(String policy) {
    return policy.startsWith("allkeys");
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

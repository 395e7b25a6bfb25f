package dev.freshet.cache;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Freshet's entries in Redis: plain strings with tags, stored only through the fence.
 *
 * <p>Thread-safe. Errors of Redis come through as Lettuce throws them.
 */
public final class RedisTier {

  private final RedisCommands<String, String> redis;
  private final String bucket;
  private final String source = source();
  private final String sha;

  /**
   * @param namespace the namespace Freshet runs under
   */
  public RedisTier(StatefulRedisConnection<String, String> connection, String namespace) {
    this.redis = connection.sync();
    this.bucket = bucket(namespace);
    this.sha = redis.digest(source);
  }

  private static String source() {
    try (InputStream in = RedisTier.class.getResourceAsStream("fill.lua")) {
      if (in == null) {
        throw new IllegalStateException("fill.lua is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The Redis key of an entry; any client may {@code GET} it. */
  public String entryKey(String key) {
    return bucket + "entry:" + key;
  }

  /** The Redis key of an entry of this namespace. */
  public static String entryKey(String namespace, String key) {
    return bucket(namespace) + "entry:" + key;
  }

  private static String bucket(String namespace) {
    return namespace + ":{0}:";
  }

  /** The cached value. */
  public Optional<String> get(String key) {
    return Optional.ofNullable(redis.get(entryKey(key)));
  }

  /**
   * Stores a loaded value, unless a change the load may not have seen was already applied to one of
   * its tags. One round trip.
   *
   * @param tags everything whose change makes the value stale
   * @param fence taken before the load's reads, on their connection
   * @param timeToLive at least 1 ms
   */
  public Filled fill(
      String key, String value, Collection<String> tags, Fence fence, Duration timeToLive) {
    String[] keys = {entryKey(key), bucket + "head", bucket + "marks"};
    String[] args = new String[4 + tags.size()];
    args[0] = Long.toString(fence.xmin());
    args[1] = Long.toString(Math.max(1, timeToLive.toMillis()));
    args[2] = value;
    args[3] = bucket + "tag:";
    int i = 4;
    for (String tag : tags) {
      args[i++] = tag;
    }
    return toFilled(run(keys, args));
  }

  private List<Object> run(String[] keys, String[] args) {
    try {
      return redis.evalsha(sha, ScriptOutputType.MULTI, keys, args);
    } catch (RedisNoScriptException forgotten) {
      return redis.eval(source, ScriptOutputType.MULTI, keys, args);
    }
  }

  private static Filled toFilled(List<Object> reply) {
    if ((Long) reply.get(0) == 1) {
      return new Filled.Stored();
    }
    return reply.get(1).equals("mark")
        ? new Filled.RefusedByMark(
            (String) reply.get(2), (long) Double.parseDouble((String) reply.get(3)))
        : new Filled.RefusedByFloor();
  }
}

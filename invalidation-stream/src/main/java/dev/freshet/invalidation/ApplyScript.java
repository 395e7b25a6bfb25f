package dev.freshet.invalidation;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The script {@code apply.lua}, ready to be called. Thread-safe. */
final class ApplyScript {

  private final RedisClusterAsyncCommands<String, String> redis;
  private final String source = source();
  private final String sha;

  ApplyScript(RedisClusterAsyncCommands<String, String> redis) {
    this.redis = redis;
    this.sha = redis.digest(source);
  }

  private static String source() {
    try (InputStream in = ApplyScript.class.getResourceAsStream("apply.lua")) {
      if (in == null) {
        throw new IllegalStateException("apply.lua is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Calls it on the bucket of {@code head}.
   *
   * @param inFull sends the text, so that a Redis which forgot the script learns it
   */
  RedisFuture<List<Object>> call(String head, List<String> args, boolean inFull) {
    String[] keys = {head};
    String[] values = args.toArray(String[]::new);
    return inFull
        ? redis.eval(source, ScriptOutputType.MULTI, keys, values)
        : redis.evalsha(sha, ScriptOutputType.MULTI, keys, values);
  }
}

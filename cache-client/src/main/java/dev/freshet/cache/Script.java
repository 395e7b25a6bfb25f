package dev.freshet.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.Base16;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** A Lua script, called by its hash and sent in full to a Redis that does not know it. */
final class Script {

  private final byte[] source;
  private final String sha;

  private Script(byte[] source) {
    this.source = source;
    this.sha = Base16.digest(source);
  }

  /** A script of a line or two. */
  static Script of(String source) {
    return new Script(bytes(source));
  }

  static Script named(String resource) {
    try (InputStream in = Script.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not on the class path");
      }
      return new Script(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs it on the node of its one key. */
  CompletionStage<List<Object>> run(
      RedisClusterAsyncCommands<String, byte[]> redis, String key, byte[]... arguments) {
    String[] keys = {key};
    CompletionStage<List<Object>> known =
        redis.evalsha(sha, ScriptOutputType.MULTI, keys, arguments);
    return known
        .handle(
            (reply, error) -> {
              if (error == null) {
                return CompletableFuture.completedStage(reply);
              }
              Throwable cause = error instanceof CompletionException ? error.getCause() : error;
              if (cause instanceof RedisNoScriptException) {
                CompletionStage<List<Object>> full =
                    redis.eval(source, ScriptOutputType.MULTI, keys, arguments);
                return full;
              }
              return CompletableFuture.<List<Object>>failedStage(cause);
            })
        .thenCompose(stage -> stage);
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static byte[] bytes(long number) {
    return bytes(Long.toString(number));
  }

  /** A bulk string of a reply. */
  static String text(Object part) {
    return part instanceof byte[] bytes ? new String(bytes, UTF_8) : String.valueOf(part);
  }
}

package dev.freshet.invalidation;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * What INFO says of one primary.
 *
 * @param node its address within a cluster; empty for a server that is alone
 * @param fields as Redis names them
 */
record RedisInfo(String node, Map<String, String> fields) {

  private static final int PATIENCE_SECONDS = 5;

  RedisInfo {
    fields = Map.copyOf(fields);
  }

  /**
   * Asks the server, or every primary of the cluster at once.
   *
   * @throws RedisException when one of them does not answer; it is named
   */
  static List<RedisInfo> ofPrimaries(RedisConnection connection) {
    if (connection.commands()
        instanceof RedisAdvancedClusterAsyncCommands<String, String> cluster) {
      List<RedisInfo> all = new ArrayList<>();
      for (Map.Entry<RedisClusterNode, CompletableFuture<String>> asked :
          cluster.upstream().commands().info().asMap().entrySet()) {
        all.add(of(asked.getKey(), asked.getValue()));
      }
      if (all.isEmpty()) {
        throw new RedisException("the cluster has no primaries");
      }
      return all;
    }
    return List.of(new RedisInfo("", fields(RedisConnection.await(connection.commands().info()))));
  }

  private static RedisInfo of(RedisClusterNode node, CompletableFuture<String> reply) {
    String address = "%s:%d".formatted(node.getUri().getHost(), node.getUri().getPort());
    try {
      return new RedisInfo(address, fields(reply.orTimeout(PATIENCE_SECONDS, SECONDS).join()));
    } catch (CompletionException e) {
      throw new RedisException(address + ": " + RedisConnection.rootCause(e), e);
    }
  }

  private static Map<String, String> fields(String text) {
    Map<String, String> fields = new HashMap<>();
    text.lines()
        .filter(line -> line.contains(":"))
        .forEach(
            line ->
                fields.put(
                    line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 1)));
    return fields;
  }

  /** A field that counts; 0 when there is none. */
  double number(String field) {
    return Double.parseDouble(fields.getOrDefault(field, "0"));
  }

  /** A field's text; {@code unknown} when there is none. */
  String text(String field) {
    return fields.getOrDefault(field, "unknown");
  }
}

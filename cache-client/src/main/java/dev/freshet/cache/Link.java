package dev.freshet.cache;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.function.Supplier;

/**
 * The way to an application's Redis: alone, behind Sentinel, or a cluster, with the commands that
 * all of them know. Names are text, values are bytes. Thread-safe.
 *
 * @param commands of one connection, shared by all threads
 * @param subscriber opens a connection for channels; on a cluster any node hears all of them
 */
record Link(
    StatefulConnection<String, byte[]> connection,
    RedisClusterAsyncCommands<String, byte[]> commands,
    Supplier<StatefulRedisPubSubConnection<String, String>> subscriber)
    implements AutoCloseable {

  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

  /** Alone or behind Sentinel, as the client's address says. */
  static Link to(RedisClient client) {
    StatefulRedisConnection<String, byte[]> connection = client.connect(CODEC);
    return new Link(connection, connection.async(), () -> client.connectPubSub(StringCodec.UTF8));
  }

  static Link to(RedisClusterClient client) {
    StatefulRedisClusterConnection<String, byte[]> connection = client.connect(CODEC);
    return new Link(connection, connection.async(), () -> client.connectPubSub(StringCodec.UTF8));
  }

  @Override
  public void close() {
    connection.close();
  }
}

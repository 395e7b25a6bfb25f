package dev.freshet.invalidation;

import dev.freshet.runtime.FreshetException;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A connection to one Redis ({@code redis://}), to the primary that Sentinel names ({@code
 * redis-sentinel://}), or to a cluster ({@code redis-cluster://}; with TLS {@code rediss-…}).
 *
 * <p>It fails fast: what cannot be sent now is an error now, and the caller tries again. A server
 * that takes commands and answers none is left within ten seconds, and connected to anew.
 */
final class RedisConnection implements AutoCloseable {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(2);
  private static final int MAX_COMMANDS_UNDER_WAY = 50_000;
  private static final String CLUSTER = "-cluster://";

  /** A cluster's connections are made when first needed: the first command has to wait. */
  private static final DisconnectedBehavior WAIT = DisconnectedBehavior.DEFAULT;

  private final AbstractRedisClient client;
  private final RedisClusterAsyncCommands<String, String> commands;
  private final boolean cluster;

  private RedisConnection(
      AbstractRedisClient client,
      RedisClusterAsyncCommands<String, String> commands,
      boolean cluster) {
    this.client = client;
    this.commands = commands;
    this.cluster = cluster;
  }

  /**
   * Connects.
   *
   * @throws FreshetException when no server answers
   */
  static RedisConnection open(String uri) {
    return uri.contains(CLUSTER) ? openCluster(uri) : openOne(uri);
  }

  private static RedisConnection openOne(String uri) {
    RedisURI address = RedisURI.create(uri);
    address.setTimeout(COMMAND_TIMEOUT);
    RedisClient client = RedisClient.create(resources(), address);
    client.setOptions(options(ClientOptions.builder(), DisconnectedBehavior.REJECT_COMMANDS));
    try {
      return new RedisConnection(client, client.connect().async(), false);
    } catch (RedisException e) {
      close(client);
      throw unreachable(uri, e);
    }
  }

  private static RedisConnection openCluster(String uri) {
    List<RedisURI> seeds =
        RedisClusterURIUtil.toRedisURIs(URI.create(uri.replaceFirst("-cluster://", "://")));
    seeds.forEach(seed -> seed.setTimeout(COMMAND_TIMEOUT));
    RedisClusterClient client = RedisClusterClient.create(resources(), seeds);
    ClusterTopologyRefreshOptions refresh =
        ClusterTopologyRefreshOptions.builder()
            .enablePeriodicRefresh(Duration.ofSeconds(30))
            .build();
    client.setOptions(
        (ClusterClientOptions)
            options(ClusterClientOptions.builder().topologyRefreshOptions(refresh), WAIT));
    try {
      return new RedisConnection(client, client.connect().async(), true);
    } catch (RedisException e) {
      close(client);
      throw unreachable(uri, e);
    }
  }

  private static ClientOptions options(
      ClientOptions.Builder builder, DisconnectedBehavior behavior) {
    return builder
        .autoReconnect(true)
        .disconnectedBehavior(behavior)
        .requestQueueSize(MAX_COMMANDS_UNDER_WAY)
        .socketOptions(
            SocketOptions.builder()
                .connectTimeout(CONNECT_TIMEOUT)
                .keepAlive(true)
                .tcpNoDelay(true)
                .build())
        .timeoutOptions(TimeoutOptions.enabled(COMMAND_TIMEOUT))
        .build();
  }

  /** Commands, routed to the server that has the key. Thread-safe. */
  RedisClusterAsyncCommands<String, String> commands() {
    return commands;
  }

  /** Whether it was opened as a cluster. */
  boolean cluster() {
    return cluster;
  }

  /** A reply, waited for. */
  static <T> T await(RedisFuture<T> reply) {
    return LettuceFutures.awaitOrCancel(reply, COMMAND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    close(client);
  }

  private static void close(AbstractRedisClient client) {
    client.shutdown(Duration.ZERO, SHUTDOWN_TIMEOUT);
    Future<Boolean> unused =
        client.getResources().shutdown(0, SHUTDOWN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A client's own, so that a server that is gone without a word is noticed. */
  private static ClientResources resources() {
    return ClientResources.builder()
        .nettyCustomizer(
            new NettyCustomizer() {
              @Override
              public void afterChannelInitialized(Channel channel) {
                channel.pipeline().addFirst(new AnswerTimeout(COMMAND_TIMEOUT));
              }
            })
        .build();
  }

  /** What to tell people when a connection could not be made or was lost. */
  static FreshetException unreachable(String uri, RedisException e) {
    return FreshetException.unreachable(
        "could not connect to Redis",
        "%s: %s".formatted(withoutPassword(uri), rootCause(e)),
        "check the address under \"redis\" in freshet.yaml, and that Redis runs",
        e);
  }

  /** The servers an address names. */
  static String withoutPassword(String uri) {
    String rest = uri.substring(uri.indexOf("://") + 3);
    return rest.substring(rest.lastIndexOf('@') + 1).replaceAll("[/?#].*", "");
  }

  static String rootCause(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}

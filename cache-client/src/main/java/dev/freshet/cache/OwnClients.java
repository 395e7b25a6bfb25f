package dev.freshet.cache;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Clients for those who bring none: what cannot be sent now is a miss now, not a wait. */
final class OwnClients {

  private static final Duration REFRESH = Duration.ofSeconds(30);

  /** Commands for a node that is away are not kept without end. */
  private static final int MOST_WAITING = 50_000;

  private OwnClients() {}

  static RedisClient one(String uri) {
    RedisClient client = RedisClient.create(uri);
    client.setOptions(
        ClientOptions.builder().disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS).build());
    return client;
  }

  /** A cluster's connections are made when first needed, so that there a command may wait. */
  static RedisClusterClient cluster(String uri) {
    RedisClusterClient client = RedisClusterClient.create(nodes(uri));
    client.setOptions(
        ClusterClientOptions.builder()
            .topologyRefreshOptions(
                ClusterTopologyRefreshOptions.builder().enablePeriodicRefresh(REFRESH).build())
            .requestQueueSize(MOST_WAITING)
            .build());
    return client;
  }

  /** Of the scheme alone: hosts and passwords may have the same word in them. */
  static List<RedisURI> nodes(String uri) {
    return RedisClusterURIUtil.toRedisURIs(URI.create(uri.replaceFirst("-cluster://", "://")));
  }
}

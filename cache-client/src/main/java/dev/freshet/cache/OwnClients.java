package dev.freshet.cache;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import java.net.URI;
import java.time.Duration;

/** Clients for those who bring none: what cannot be sent now is a miss now, not a wait. */
final class OwnClients {

  private static final Duration REFRESH = Duration.ofSeconds(30);

  private OwnClients() {}

  static RedisClient one(String uri) {
    RedisClient client = RedisClient.create(uri);
    client.setOptions(
        ClientOptions.builder().disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS).build());
    return client;
  }

  /** A cluster's connections are made when first needed, so that there a command may wait. */
  static RedisClusterClient cluster(String uri) {
    URI plain = URI.create(uri.replace("-cluster", ""));
    RedisClusterClient client = RedisClusterClient.create(RedisClusterURIUtil.toRedisURIs(plain));
    client.setOptions(
        ClusterClientOptions.builder()
            .topologyRefreshOptions(
                ClusterTopologyRefreshOptions.builder().enablePeriodicRefresh(REFRESH).build())
            .build());
    return client;
  }
}

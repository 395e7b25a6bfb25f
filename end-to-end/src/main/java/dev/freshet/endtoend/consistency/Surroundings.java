package dev.freshet.endtoend.consistency;

import dev.freshet.cache.FreshCache;
import dev.freshet.cache.FreshCacheBuilder;
import dev.freshet.cache.RedisTier;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;

/**
 * Where a run takes place.
 *
 * @param client for the Redis at {@code redisUri}
 * @param buckets Freshet's cache is laid out in
 * @param kafka takes the sink's reports
 */
record Surroundings(
    AbstractRedisClient client,
    String redisUri,
    int buckets,
    KafkaConnection kafka,
    Topics topics) {

  /** The low-level door; to be opened when the sink has made the heads. */
  RedisTier openTier() {
    return client instanceof RedisClusterClient cluster
        ? RedisTier.open(cluster, topics.namespace())
        : RedisTier.open(alone(), topics.namespace());
  }

  /** The library; to be opened then too. */
  FreshCache openLibrary() {
    FreshCacheBuilder builder = FreshCache.builder().namespace(topics.namespace());
    return (client instanceof RedisClusterClient cluster
            ? builder.redis(cluster)
            : builder.redis(alone()))
        .build();
  }

  /** A connection to a Redis that is no cluster. */
  StatefulRedisConnection<String, String> connect() {
    return alone().connect();
  }

  private RedisClient alone() {
    if (client instanceof RedisClient alone) {
      return alone;
    }
    throw new IllegalStateException("this variant knows no cluster");
  }
}

package dev.freshet.invalidation;

import dev.freshet.events.Topics;
import dev.freshet.runtime.FreshetException;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.stream.IntStream;

/**
 * Takes every entry of a namespace for stale: for when changes may have been missed.
 *
 * <p>The heads go first, and without them no fill is accepted until capture runs again, so nothing
 * old comes in behind. Keys of other applications are left alone: nobody knows which are theirs.
 */
public final class CacheReset {

  private CacheReset() {}

  /**
   * Deletes everything Freshet keeps in Redis for a namespace; to be called while no role runs.
   *
   * @return how many keys it deleted
   * @throws FreshetException when Redis does not answer
   */
  public static long clear(String redisUri, Topics topics) {
    try (RedisConnection connection = RedisConnection.open(redisUri)) {
      return clear(connection.commands(), topics.namespace());
    } catch (RedisException e) {
      throw RedisConnection.unreachable(redisUri, e);
    }
  }

  private static long clear(RedisClusterAsyncCommands<String, String> redis, String namespace) {
    String[] heads =
        IntStream.range(0, InvalidationConfig.MAX_BUCKETS)
            .mapToObj(bucket -> new RedisKeys(namespace, bucket).head())
            .toArray(String[]::new);
    long deleted = RedisConnection.await(redis.unlink(heads));
    return deleted + Emptying.delete(redis, RedisKeys.all(namespace));
  }
}

package dev.freshet.invalidation;

import dev.freshet.events.Topics;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What Redis says of a key and its tags now. For people: nothing depends on it.
 *
 * @param secondsToLive of the entry; empty when it is absent
 * @param floor a load must have begun above it to be stored; empty while none is accepted
 * @param marks the newest transaction that touched each tag; absent for tags not touched lately
 */
public record CacheView(OptionalLong secondsToLive, OptionalLong floor, Map<String, Long> marks) {

  /**
   * Looks.
   *
   * @param key an entry's key, or a Redis key in full
   * @throws dev.freshet.runtime.FreshetException when Redis does not answer
   */
  public static CacheView of(
      String redisUri, Topics topics, int buckets, String key, Collection<String> tags) {
    try (RedisConnection connection = RedisConnection.open(redisUri)) {
      RedisClusterAsyncCommands<String, String> redis = connection.commands();
      RedisKeys bucket = new RedisKeys(topics.namespace(), SlotHash.getSlot(key) % buckets);
      String entry =
          key.startsWith(topics.namespace() + ":{") ? key : bucket.prefix() + "entry:" + key;
      long seconds = RedisConnection.await(redis.ttl(entry));
      String floor = RedisConnection.await(redis.hget(bucket.head(), "floor"));
      Map<String, Long> marks = new TreeMap<>();
      if (!tags.isEmpty()) {
        List<String> names = List.copyOf(tags);
        List<Double> found =
            RedisConnection.await(
                redis.zmscore(bucket.prefix() + "marks", names.toArray(String[]::new)));
        for (int i = 0; i < names.size(); i++) {
          Double mark = found.get(i);
          if (mark != null) {
            marks.put(names.get(i), mark.longValue());
          }
        }
      }
      return new CacheView(
          seconds == -2 ? OptionalLong.empty() : OptionalLong.of(seconds),
          floor == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(floor)),
          marks);
    } catch (RedisException e) {
      throw RedisConnection.unreachable(redisUri, e);
    }
  }
}

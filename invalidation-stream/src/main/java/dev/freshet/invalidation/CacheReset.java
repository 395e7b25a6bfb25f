package dev.freshet.invalidation;

import dev.freshet.events.Topics;
import dev.freshet.runtime.FreshetException;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;

/**
 * Takes every entry of a namespace for stale: for when changes may have been missed.
 *
 * <p>The head goes first, and without it no fill is accepted until capture runs again, so nothing
 * old comes in behind. Keys of other applications are left alone: nobody knows which are theirs.
 */
public final class CacheReset {

  private static final int PAGE = 1000;

  private CacheReset() {}

  /**
   * Deletes everything Freshet keeps in Redis for a namespace; to be called while no role runs.
   *
   * @return how many keys it deleted
   * @throws FreshetException when Redis does not answer
   */
  public static long clear(String redisUri, Topics topics) {
    RedisURI address = RedisURI.create(redisUri);
    RedisClient client = RedisClients.create(address);
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      return clear(connection.sync(), new RedisKeys(topics.namespace()));
    } catch (RedisException e) {
      throw RedisClients.unreachable(address, e);
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  private static long clear(RedisCommands<String, String> redis, RedisKeys keys) {
    long deleted = redis.unlink(keys.head());
    ScanArgs ours = ScanArgs.Builder.matches(keys.all()).limit(PAGE);
    ScanCursor cursor = ScanCursor.INITIAL;
    do {
      KeyScanCursor<String> page = redis.scan(cursor, ours);
      List<String> found = page.getKeys();
      if (!found.isEmpty()) {
        deleted += redis.unlink(found.toArray(String[]::new));
      }
      cursor = page;
    } while (!cursor.isFinished());
    return deleted;
  }
}

package dev.freshet.invalidation;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.List;
import java.util.UUID;

/**
 * Deletes every entry, because somebody asked for it. First each bucket becomes another
 * incarnation, so that no load that began before can be stored; then the entries go; then each
 * becomes another once more, because a local cache may have read an entry just before it went,
 * which nobody tells. Indexes stay: an entry stored meanwhile is in one, and may only be deleted
 * with it. Bounded steps; doing it twice does no harm. Used by one thread.
 */
final class Emptying {

  private static final int PAGE = 1000;

  private final RedisClusterAsyncCommands<String, String> redis;
  private final List<Bucket> buckets;
  private final String entries;

  /**
   * @param entries a pattern of the keys of entries
   */
  Emptying(RedisClusterAsyncCommands<String, String> redis, List<Bucket> buckets, String entries) {
    this.redis = redis;
    this.buckets = buckets;
    this.entries = entries;
  }

  /** Returns how many entries it deleted. */
  long run() {
    rename();
    long deleted = delete(redis, entries);
    rename();
    return deleted;
  }

  private void rename() {
    String name = UUID.randomUUID().toString();
    buckets.forEach(bucket -> bucket.becomes(name));
  }

  /** Deletes every key a pattern matches, a page at a time; returns how many. */
  static long delete(RedisClusterAsyncCommands<String, String> redis, String pattern) {
    ScanArgs wanted = ScanArgs.Builder.matches(pattern).limit(PAGE);
    ScanCursor cursor = ScanCursor.INITIAL;
    long deleted = 0;
    do {
      KeyScanCursor<String> page = RedisConnection.await(redis.scan(cursor, wanted));
      List<String> found = page.getKeys();
      if (!found.isEmpty()) {
        deleted += RedisConnection.await(redis.unlink(found.toArray(String[]::new)));
      }
      cursor = page;
    } while (!cursor.isFinished());
    return deleted;
  }
}

package dev.freshet.invalidation;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ValueScanCursor;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Deletes keys of other applications' caches: by name, or all members of a set of names.
 *
 * <p>Unfenced: a reader of that cache may put an old value back. Members are deleted before they
 * leave their set, so that a crash in between forgets nothing, and once more afterwards, so that
 * what was put back in between is not left without its set.
 */
final class ForeignKeys {

  private static final int CHUNK = 500;

  private final RedisClusterAsyncCommands<String, String> redis;

  ForeignKeys(RedisClusterAsyncCommands<String, String> redis) {
    this.redis = redis;
  }

  /** Returns how many keys it deleted, once Redis has acknowledged all of them. */
  long delete(Set<String> keys, Set<String> sets) {
    long deleted = unlink(List.copyOf(keys));
    for (String set : sets) {
      deleted += deleteMembers(set);
    }
    return deleted;
  }

  private long unlink(List<String> keys) {
    List<RedisFuture<Long>> underWay = new ArrayList<>();
    for (int i = 0; i < keys.size(); i += CHUNK) {
      List<String> chunk = keys.subList(i, Math.min(keys.size(), i + CHUNK));
      underWay.add(redis.unlink(chunk.toArray(String[]::new)));
    }
    return underWay.stream().mapToLong(RedisConnection::await).sum();
  }

  private long deleteMembers(String set) {
    long deleted = 0;
    ScanCursor cursor = ScanCursor.INITIAL;
    boolean sorted = RedisConnection.await(redis.type(set)).equals("zset");
    try {
      do {
        List<String> members = new ArrayList<>();
        cursor = sorted ? scanSorted(set, cursor, members) : scan(set, cursor, members);
        if (!members.isEmpty()) {
          deleted += unlink(members);
          String[] gone = members.toArray(String[]::new);
          RedisConnection.await(sorted ? redis.zrem(set, gone) : redis.srem(set, gone));
          // One that was filled and added again meanwhile has just left the set: it must not stay.
          deleted += unlink(members);
        }
      } while (!cursor.isFinished());
    } catch (RedisCommandExecutionException e) {
      if (!String.valueOf(e.getMessage()).startsWith("WRONGTYPE")) {
        throw e;
      }
      // Not a set of names: there is nothing in it to follow, and trying again would not help.
    }
    return deleted;
  }

  private ScanCursor scan(String set, ScanCursor from, List<String> members) {
    ValueScanCursor<String> page =
        RedisConnection.await(redis.sscan(set, from, ScanArgs.Builder.limit(CHUNK)));
    members.addAll(page.getValues());
    return page;
  }

  private ScanCursor scanSorted(String set, ScanCursor from, List<String> members) {
    var page = RedisConnection.await(redis.zscan(set, from, ScanArgs.Builder.limit(CHUNK)));
    page.getValues().forEach(member -> members.add(member.getValue()));
    return page;
  }
}

package dev.freshet.endtoend.bench;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Cache entries stored as the client's FILL leaves them, but in bulk and unasked: an entry, and its
 * key in the index of its tag. Used by one thread.
 */
final class Entries {

  private static final int CHUNK = 5_000;
  private static final long TIME_TO_LIVE_SECONDS = 3600;
  private static final int TIMEOUT_SECONDS = 30;

  private final StatefulRedisConnection<String, String> connection;
  private final RedisAsyncCommands<String, String> redis;
  private final String bucket;

  Entries(StatefulRedisConnection<String, String> connection, String namespace) {
    this.connection = connection;
    this.redis = connection.async();
    this.bucket = namespace + ":{0}:";
  }

  /** What stands before a number in the Redis key of an entry. */
  String keyPrefix() {
    return bucket + "entry:";
  }

  /** What stands before a tag in the Redis key of its index. */
  String indexPrefix() {
    return bucket + "tag:";
  }

  /**
   * Stores {@code count} entries numbered from {@code first}, each {@code perTag} of them under one
   * tag: {@code item:} and the number of its first one. Returns when Redis has them all, and its
   * hash tables have grown: otherwise what is measured next would pay for moving them.
   */
  void store(int first, int count, int perTag) throws InterruptedException {
    double expires = System.currentTimeMillis() + TIME_TO_LIVE_SECONDS * 1000.0;
    List<RedisFuture<?>> underWay = new ArrayList<>();
    connection.setAutoFlushCommands(false);
    try {
      for (int i = 0; i < count; i++) {
        String key = keyPrefix() + (first + i);
        underWay.add(redis.set(key, "cached", SetArgs.Builder.ex(TIME_TO_LIVE_SECONDS)));
        underWay.add(redis.zadd(indexPrefix() + "item:" + (first + i - i % perTag), expires, key));
        if (underWay.size() >= CHUNK) {
          settle(underWay);
        }
      }
      settle(underWay);
    } finally {
      connection.setAutoFlushCommands(true);
    }
    while (connection.sync().debugHtstats(0).contains("rehashing target")) {
      present(first, count); // each look-up moves a little
    }
  }

  private void settle(List<RedisFuture<?>> underWay) throws InterruptedException {
    connection.flushCommands();
    for (RedisFuture<?> reply : underWay) {
      if (!reply.await(TIMEOUT_SECONDS, TimeUnit.SECONDS) || reply.getError() != null) {
        throw new IllegalStateException("an entry could not be stored: " + reply.getError());
      }
    }
    underWay.clear();
  }

  /** How many of {@code count} entries numbered from {@code first} are there. */
  long present(int first, int count) {
    long present = 0;
    for (int from = 0; from < count; from += CHUNK) {
      int size = Math.min(CHUNK, count - from);
      String[] keys = new String[size];
      for (int i = 0; i < size; i++) {
        keys[i] = keyPrefix() + (first + from + i);
      }
      present += connection.sync().exists(keys);
    }
    return present;
  }
}

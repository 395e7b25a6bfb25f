package dev.freshet.invalidation;

import dev.freshet.events.Invalidation;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Sink;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What the sink knows of one bucket's head. Used by one thread. */
final class Bucket {

  /**
   * More messages than Redis can have sent and forgotten: local caches see a gap and start anew.
   */
  private static final long FEED_GAP = 1 << 20;

  private final RedisClusterAsyncCommands<String, String> redis;
  private final ApplyScript script;
  private final RedisKeys keys;
  private final Map<Integer, Long> offsets = new HashMap<>();
  private String incarnation = "";
  private int topicPartitions = 1;
  private boolean open;
  private long xid;

  Bucket(RedisClusterAsyncCommands<String, String> redis, ApplyScript script, RedisKeys keys) {
    this.redis = redis;
    this.script = script;
    this.keys = keys;
  }

  /**
   * Refuses to go on with a cache that is laid out in another number of buckets: its entries would
   * not be found, and would not be deleted.
   */
  static void requireLayout(
      RedisClusterAsyncCommands<String, String> redis, String namespace, int buckets) {
    String found = RedisConnection.await(redis.hget(new RedisKeys(namespace, 0).head(), "buckets"));
    if (found != null && Integer.parseInt(found) != buckets) {
      throw FreshetException.unfit(
          "the cache in Redis is laid out in other buckets than freshet.yaml says",
          "found %s, \"invalidation.buckets\" is %d".formatted(found, buckets),
          "set it to %s, or start over with an empty cache: freshet reset".formatted(found));
    }
  }

  /** Reads the head; makes one, of this incarnation, when there is none. */
  void place(Sink.Assignment assignment, int buckets, String newName) {
    RedisConnection.await(redis.hsetnx(keys.head(), "incarnation", newName));
    RedisConnection.await(redis.hset(keys.head(), "buckets", Integer.toString(buckets)));
    // Redis may have lost messages it has sent: their numbers must not come twice.
    RedisConnection.await(redis.hincrby(keys.head(), "seq", FEED_GAP));
    Map<String, String> head = RedisConnection.await(redis.hgetall(keys.head()));
    incarnation = head.getOrDefault("incarnation", "");
    topicPartitions = assignment.topicPartitions();
    open = head.containsKey("floor");
    xid = Long.parseLong(head.getOrDefault("xid", "0"));
    for (int partition : assignment.partitions()) {
      String offset = head.get("offset:" + partition);
      if (offset == null) {
        offsets.remove(partition);
      } else {
        offsets.put(partition, Long.parseLong(offset));
      }
    }
  }

  /** The next offset of each partition that the head knows. */
  Map<Integer, Long> offsets() {
    return Collections.unmodifiableMap(offsets);
  }

  /** The transaction of the newest heartbeat; 0 when there was none. */
  long xid() {
    return xid;
  }

  /**
   * Goes on as another incarnation: what is being loaded for the one before is refused, and local
   * caches start anew.
   */
  void becomes(String name) {
    RedisConnection.await(redis.hset(keys.head(), "incarnation", name));
    incarnation = name;
    long seq = RedisConnection.await(redis.hincrby(keys.head(), "seq", 1));
    RedisConnection.await(
        redis.publish(keys.prefix() + "feed", "[\"%s\",%d,0,0,[]]".formatted(name, seq)));
  }

  BucketBatch batch(int maxNames) {
    return new BucketBatch(script, keys, incarnation, maxNames);
  }

  /**
   * The arguments that store a batch's position.
   *
   * @param lost transactions at or below may have left no mark here
   */
  List<String> position(Batch batch, int maxMarks, int sweep, OptionalLong floor, long lost) {
    List<String> args = new ArrayList<>();
    args.add(Integer.toString(topicPartitions));
    args.add(Integer.toString(maxMarks));
    args.add(Integer.toString(sweep));
    args.add(floor.isPresent() ? Long.toString(floor.getAsLong()) : "");
    args.add(open ? "" : Long.toString(lost));
    batch
        .nextOffsets()
        .forEach(
            (partition, next) -> {
              Long known = offsets.get(partition);
              args.add(Integer.toString(partition));
              args.add(known == null ? "" : Long.toString(known));
              args.add(Long.toString(next));
              args.add(heartbeat(batch.watermarks().get(partition)));
            });
    return args;
  }

  private static String heartbeat(Invalidation.@Nullable Watermark mark) {
    return mark == null
        ? ""
        : "%d %d %d %s".formatted(mark.committedMicros(), mark.xid(), mark.xmin(), mark.lsn());
  }

  /** Says that a batch is in. */
  void stored(Batch batch, BucketBatch done) {
    open |= done.open();
    offsets.putAll(batch.nextOffsets());
  }
}

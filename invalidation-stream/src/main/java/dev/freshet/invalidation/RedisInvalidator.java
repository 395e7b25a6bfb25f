package dev.freshet.invalidation;

import dev.freshet.events.Applied;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.Xid;
import dev.freshet.runtime.DeadLetterWriter;
import dev.freshet.runtime.Sink;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The only place where Freshet deletes from Redis.
 *
 * <p>A batch is collapsed to distinct names; keys of other caches are deleted first, then the tags
 * go to Redis in calls of bounded length, and the call that ends the last tag also stores the next
 * offset of each partition: effect and position are one atomic step, or the position comes after
 * the effects. At least once; every effect is idempotent. Used by one thread.
 */
final class RedisInvalidator implements Sink {

  private final StatefulRedisConnection<String, String> connection;
  private final RedisKeys keys;
  private final ApplyScript script;
  private final ForeignKeys foreign;
  private final DeadLetterWriter deadLetters;
  private final Consumer<Applied> applied;
  private final SinkMetrics metrics;
  private final InstantSource clock;
  private final FloorWindow floors;
  private final Runnable onClose;

  /** A transaction near those that come now; 0 until a watermark told one. */
  private long referenceXid;

  /** The newest transaction applied while there was no reference, its low 32 bits. */
  private OptionalLong unmarked = OptionalLong.empty();

  RedisInvalidator(
      StatefulRedisConnection<String, String> connection,
      RedisKeys keys,
      Duration longestLoad,
      DeadLetterWriter deadLetters,
      Consumer<Applied> applied,
      SinkMetrics metrics,
      InstantSource clock,
      Runnable onClose) {
    this.connection = connection;
    this.keys = keys;
    this.script = new ApplyScript(connection, keys);
    this.foreign = new ForeignKeys(connection.async());
    this.deadLetters = deadLetters;
    this.applied = applied;
    this.metrics = metrics;
    this.clock = clock;
    this.floors = new FloorWindow(longestLoad);
    this.onClose = onClose;
  }

  @Override
  public Map<Integer, Long> nextOffsets(Set<Integer> partitions) {
    Map<String, String> head = connection.sync().hgetall(keys.head());
    referenceXid = Long.parseLong(head.getOrDefault("xid", "0"));
    Map<Integer, Long> next = new HashMap<>();
    for (int partition : partitions) {
      String offset = head.get(offsetField(partition));
      if (offset != null) {
        next.put(partition, Long.parseLong(offset));
      }
    }
    return next;
  }

  @Override
  public void apply(List<ConsumerRecord<byte[], byte[]>> records) {
    Batch batch = new Batch();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        batch.add(InvalidationJson.parse(record.value()));
      } catch (MalformedEventException e) {
        deadLetters.write(record, String.valueOf(e.getMessage()));
        metrics.unreadable();
      }
      batch.consumed(record.partition(), record.offset());
    }
    apply(batch);
  }

  private void apply(Batch batch) {
    OptionalLong floor = learn(batch);
    long foreignDeleted = foreign.delete(batch.keys().keySet(), batch.tagSets().keySet());
    ApplyScript.Result result =
        script.apply(names(batch), referenceXid, floor, position(batch), Applied.MAX_DELETIONS);
    long deleted = result.keysDeleted() + foreignDeleted;
    long now = micros();
    metrics.applied(batch, deleted, result.calls(), now);
    if (batch.changes() > 0 || batch.watermark() != null) {
      report(batch, result, deleted, now);
    }
  }

  private static List<Map.Entry<String, Batch.Name>> names(Batch batch) {
    return new ArrayList<>(batch.tags().entrySet());
  }

  /** Takes what a watermark tells; the floor to set, if there is news. */
  private OptionalLong learn(Batch batch) {
    Invalidation.Watermark watermark = batch.watermark();
    if (watermark == null) {
      if (referenceXid == 0) {
        batch.tags().values().forEach(name -> rememberUnmarked(name.cause().source().xid()));
      }
      return OptionalLong.empty();
    }
    boolean first = referenceXid == 0;
    referenceXid = Math.max(referenceXid, watermark.xid());
    OptionalLong floor = floors.floorAfter(watermark);
    if (!first) {
      return floor;
    }
    // What came before the first watermark left no mark: only loads that began later may fill.
    long newest = watermark.xid();
    if (unmarked.isPresent()) {
      newest = Math.max(newest, Xid.widen(unmarked.getAsLong(), referenceXid));
    }
    return OptionalLong.of(newest);
  }

  private void rememberUnmarked(long xid) {
    if (unmarked.isEmpty() || Xid.isAfter(xid, unmarked.getAsLong())) {
      unmarked = OptionalLong.of(xid);
    }
  }

  /** Fields of the head that say how far Redis is once this batch is in. */
  private Map<String, String> position(Batch batch) {
    Map<String, String> fields = new LinkedHashMap<>();
    if (referenceXid == 0) {
      return fields; // Without marks nothing may count as applied: it comes again after a restart.
    }
    batch
        .nextOffsets()
        .forEach((partition, next) -> fields.put(offsetField(partition), Long.toString(next)));
    Invalidation.Watermark watermark = batch.watermark();
    if (watermark != null) {
      fields.put("xid", Long.toString(referenceXid));
      fields.put("lsn", watermark.lsn().toString());
      fields.put("committed_us", Long.toString(watermark.committedMicros()));
    }
    return fields;
  }

  private static String offsetField(int partition) {
    return "offset:" + partition;
  }

  private void report(Batch batch, ApplyScript.Result result, long deleted, long now) {
    List<Applied.Deletion> deletions = new ArrayList<>();
    for (ApplyScript.DeletedKey key : result.deleted()) {
      deletions.add(new Applied.Deletion(key.key(), key.tag(), cause(batch.tags(), key.tag())));
    }
    for (Map.Entry<String, Batch.Name> key : batch.keys().entrySet()) {
      if (deletions.size() == Applied.MAX_DELETIONS) {
        break;
      }
      deletions.add(new Applied.Deletion(key.getKey(), key.getKey(), key.getValue().cause()));
    }
    batch
        .nextOffsets()
        .forEach(
            (partition, next) ->
                applied.accept(
                    new Applied(
                        partition,
                        next,
                        now,
                        batch.oldestCommitMicros(),
                        batch.tags().size(),
                        deleted,
                        deletions)));
  }

  private static Invalidation.Cause cause(Map<String, Batch.Name> names, String name) {
    Batch.@Nullable Name known = names.get(name);
    if (known == null) {
      throw new IllegalStateException("the script named a tag it was not given: " + name);
    }
    return known.cause();
  }

  private long micros() {
    var now = clock.instant();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
  }

  @Override
  public void close() {
    connection.close();
    deadLetters.close();
    onClose.run();
  }
}

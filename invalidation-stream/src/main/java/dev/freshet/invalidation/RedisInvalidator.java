package dev.freshet.invalidation;

import dev.freshet.events.Applied;
import dev.freshet.events.ChangeSource;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.Xid;
import dev.freshet.runtime.DeadLetterWriter;
import dev.freshet.runtime.Sink;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only place where Freshet deletes from Redis.
 *
 * <p>Records become distinct names, and names go to Redis in script calls of bounded length while
 * the next records are still being read. The call that ends the last tag also stores the next
 * offset of each partition: effect and position are one atomic step, or the position comes after
 * the effects. At least once; every effect is idempotent. A head that is gone, or older than what
 * it acknowledged, makes the sink go back to what Redis remembers. Used by one thread.
 */
final class RedisInvalidator implements Sink {

  private static final Logger LOG = LoggerFactory.getLogger(RedisInvalidator.class);

  /** What one call forgets of each kind: below 1 ms of Redis's own time. */
  private static final int MAX_SWEEP = 500;

  /** Calls that only forget, after one batch. */
  private static final int MAX_SWEEPS = 8;

  private final RedisConnection redis;
  private final List<Bucket> buckets;
  private final Emptying emptying;
  private final int maxMarks;
  private final ForeignKeys foreign;
  private final DeadLetterWriter deadLetters;
  private final AppliedPublisher applied;
  private final SinkMetrics metrics;
  private final InstantSource clock;
  private final FloorWindow floors;

  /** A transaction near those that come now; 0 until a heartbeat told one. */
  private long referenceXid;

  /** Whether invalidations are gone that nobody applied. */
  private boolean missed;

  /** The newest transaction ever applied, its low 32 bits. */
  private OptionalLong newest = OptionalLong.empty();

  RedisInvalidator(
      RedisConnection redis,
      String namespace,
      InvalidationConfig config,
      DeadLetterWriter deadLetters,
      AppliedPublisher applied,
      SinkMetrics metrics,
      InstantSource clock) {
    this.redis = redis;
    ApplyScript script = new ApplyScript(redis.commands());
    this.buckets =
        IntStream.range(0, config.buckets())
            .mapToObj(b -> new Bucket(redis.commands(), script, new RedisKeys(namespace, b)))
            .toList();
    this.emptying = new Emptying(redis.commands(), buckets, RedisKeys.entries(namespace));
    this.maxMarks = config.maxMarks();
    this.foreign = new ForeignKeys(redis.commands());
    this.deadLetters = deadLetters;
    this.applied = applied;
    this.metrics = metrics;
    this.clock = clock;
    this.floors = new FloorWindow(config.longestLoad());
  }

  @Override
  public Map<Integer, Long> nextOffsets(Assignment assignment) {
    assignment.memos().values().stream()
        .filter(memo -> !memo.isEmpty())
        .forEach(memo -> sawTransaction(Long.parseLong(memo)));
    for (Bucket bucket : buckets) {
      bucket.place(assignment, buckets.size(), UUID.randomUUID().toString());
      referenceXid = Math.max(referenceXid, bucket.xid());
    }
    Set<Integer> known = new HashSet<>(assignment.partitions());
    buckets.forEach(bucket -> known.retainAll(bucket.offsets().keySet()));
    Map<Integer, Long> next = new HashMap<>();
    for (Bucket bucket : buckets) {
      bucket.offsets().forEach((partition, offset) -> next.merge(partition, offset, Math::min));
    }
    next.keySet().retainAll(known);
    return next;
  }

  /** The newest transaction: what a head that loses its marks must be told. */
  @Override
  public String memo() {
    return newest.isPresent() ? Long.toString(newest.getAsLong()) : "";
  }

  /** Any entry may be one that the missing records made stale: with the next batch, all go. */
  @Override
  public void missed(int partition, long wanted, long held) {
    missed = true;
    metrics.missed();
  }

  private void sawTransaction(long low) {
    if (newest.isEmpty() || Xid.isAfter(low, newest.getAsLong())) {
      newest = OptionalLong.of(low);
    }
  }

  @Override
  public void apply(List<ConsumerRecord<byte[], byte[]>> records) {
    Batch batch = new Batch();
    List<BucketBatch> underWay =
        buckets.stream().map(bucket -> bucket.batch(Applied.MAX_DELETIONS)).toList();
    OptionalLong floor = OptionalLong.empty();
    boolean everything = missed;
    for (ConsumerRecord<byte[], byte[]> record : records) {
      Invalidation invalidation = read(record);
      if (invalidation instanceof Invalidation.Stale stale) {
        sawTransaction(stale.cause().source().xid());
        tell(stale);
      } else if (invalidation instanceof Invalidation.Watermark watermark) {
        referenceXid = Math.max(referenceXid, watermark.xid());
        floor = floors.floorAfter(watermark);
      }
      everything |= invalidation instanceof Invalidation.Everything;
      if (invalidation != null) {
        batch.add(record.partition(), invalidation);
      }
      batch.consumed(record.partition(), record.offset());
      if (batch.fresh() >= BucketBatch.TAGS_PER_CALL) {
        List<Batch.Name> slice = batch.takeFresh();
        underWay.forEach(bucket -> bucket.send(slice, referenceXid));
      }
    }
    metrics.received(batch);
    if (everything) {
      underWay.forEach(bucket -> bucket.settle(List.of(), referenceXid));
      long deleted = emptying.run();
      // Calls name the incarnation they are for.
      List<BucketBatch> anew =
          buckets.stream().map(bucket -> bucket.batch(Applied.MAX_DELETIONS)).toList();
      finish(batch, anew, floor, OptionalLong.of(deleted));
      missed = false;
    } else {
      finish(batch, underWay, floor, OptionalLong.empty());
    }
  }

  /** One line per row change, found by its position in the database's log. */
  private static void tell(Invalidation.Stale stale) {
    if (LOG.isDebugEnabled()) {
      ChangeSource source = stale.cause().source();
      LOG.atDebug()
          .addKeyValue("lsn", source.lsn())
          .log(
              "{} of {} makes stale {} {}",
              stale.cause().op(),
              source.table(),
              stale.tags(),
              stale.keys());
    }
  }

  private @Nullable Invalidation read(ConsumerRecord<byte[], byte[]> record) {
    try {
      return InvalidationJson.parse(record.value());
    } catch (MalformedEventException e) {
      deadLetters.write(record, String.valueOf(e.getMessage()));
      metrics.unreadable();
      return null;
    }
  }

  /**
   * @param emptied how many entries were deleted because everything was asked for
   */
  private void finish(
      Batch batch, List<BucketBatch> underWay, OptionalLong floor, OptionalLong emptied) {
    List<Batch.Name> rest = batch.takeRest();
    long deleted =
        emptied.orElse(0) + foreign.delete(batch.keys().keySet(), batch.tagSets().keySet());
    underWay.forEach(bucket -> bucket.settle(rest, referenceXid));
    int sweep = Math.min(MAX_SWEEP, 100 + 2 * batch.tags().size());
    for (int b = 0; b < buckets.size(); b++) {
      // Without marks nothing may count as applied: it comes again after a restart.
      List<String> position =
          referenceXid == 0
              ? List.of()
              : buckets.get(b).position(batch, maxMarks, sweep, floor, mayBeLost());
      underWay.get(b).finish(position);
    }
    long now = micros();
    for (int b = 0; b < buckets.size(); b++) {
      if (referenceXid != 0) {
        buckets.get(b).stored(batch, underWay.get(b));
      }
      deleted += underWay.get(b).keysDeleted();
    }
    int calls = underWay.stream().mapToInt(BucketBatch::calls).sum();
    metrics.applied(batch, deleted, calls, now);
    if (batch.changes() > 0 || !batch.watermarks().isEmpty() || emptied.isPresent()) {
      report(batch, underWay, deleted, now);
    }
    forget(underWay);
  }

  /** Marks at or below may be missing from a head that was made anew. */
  private long mayBeLost() {
    return newest.isPresent()
        ? Math.max(referenceXid, Xid.widen(newest.getAsLong(), referenceXid))
        : referenceXid;
  }

  /** Bounded, so that forgetting keeps up with a flood and never stands in its way. */
  private void forget(List<BucketBatch> underWay) {
    for (int b = 0; b < buckets.size(); b++) {
      BucketBatch bucket = underWay.get(b);
      for (int i = 0; i < MAX_SWEEPS && bucket.more(); i++) {
        bucket.settle(List.of(), referenceXid);
        bucket.finish(
            buckets.get(b).position(new Batch(), maxMarks, MAX_SWEEP, OptionalLong.empty(), 0));
      }
    }
  }

  private void report(Batch batch, List<BucketBatch> underWay, long deleted, long now) {
    List<Applied.Deletion> deletions = new ArrayList<>();
    underWay.stream()
        .flatMap(bucket -> bucket.named().stream())
        .limit(Applied.MAX_DELETIONS)
        .map(dead -> new Applied.Deletion(dead.key(), dead.tag().text(), dead.tag().cause()))
        .forEach(deletions::add);
    batch.keys().values().stream()
        .limit(Applied.MAX_DELETIONS - deletions.size())
        .map(key -> new Applied.Deletion(key.text(), key.text(), key.cause()))
        .forEach(deletions::add);
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

  private long micros() {
    var now = clock.instant();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
  }

  @Override
  public void close() {
    redis.close();
    deadLetters.close();
    applied.close();
  }
}

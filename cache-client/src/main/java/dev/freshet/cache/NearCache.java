package dev.freshet.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Values in this process, as fresh as the feed. Thread-safe; {@link #get} neither locks nor
 * allocates.
 *
 * <p>Why no stale value stays. Who puts a value takes a ticket, then sends the GET or FILL it comes
 * from, then puts. Redis runs an APPLY as one step: the entries of a tag are gone and the message
 * is published, both or neither. So for an APPLY of one of the value's tags there are three cases.
 *
 * <ol>
 *   <li>The GET or FILL came after it: the value is what was loaded later, and FILL let it in only
 *       because its load had seen the change. Not stale.
 *   <li>It came before, and the message is handled between ticket and put: the ticket's version is
 *       older than that of the tag, and the put is refused. A message that is handled before the
 *       ticket belongs to the first case, because the GET is sent after the ticket.
 *   <li>It came before, and the message is handled after the put: the put has left the entry in the
 *       tag's index, and the message marks it. Marks and puts exclude each other.
 * </ol>
 *
 * <p>There is no fourth case as long as every message is handled. When one may be missing, the feed
 * ends its {@link Stretch}; entries and tickets belong to the stretch in which they began, and with
 * it they are worth nothing, all at once. The GET must be answered by the primary: a replica may be
 * behind the message.
 *
 * <p>Entries of a stretch that is over stay until they expire or must make room, for those who ask
 * for them when Redis is away.
 */
final class NearCache<V> implements FeedListener {

  /**
   * One read in about as many is told to the eviction policy, which costs several times what the
   * look-up costs: what is read often is still told often. A power of two.
   */
  private static final long TOLD_ONE_IN = 8;

  private static final long TIDY_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final ConcurrentMap<Integer, NearBucket<V>> buckets = new ConcurrentHashMap<>();
  private final Cache<String, NearEntry<V>> entries;
  private final Policy<String, NearEntry<V>> quietly;
  private final NearBound bound;
  private final LongSupplier nanoTime;
  private long tidiedNanos;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder puts = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder invalidated = new LongAdder();
  private final LongAdder evicted = new LongAdder();

  /**
   * @param nanoTime the ticker of the feed
   */
  NearCache(NearBound bound, LongSupplier nanoTime) {
    this.bound = bound;
    this.nanoTime = nanoTime;
    Caffeine<String, NearEntry<V>> builder =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .removalListener((key, entry, cause) -> left(entry, cause));
    this.entries =
        (bound.weighed()
                ? builder
                    .maximumWeight(bound.maximum())
                    .weigher((String key, NearEntry<V> entry) -> entry.weight())
                : builder.maximumSize(bound.maximum()))
            .build();
    this.quietly = entries.policy();
    this.tidiedNanos = nanoTime.getAsLong();
  }

  /** The entry, when it may be served; if it is stale, the caller sees that it is loaded again. */
  @Nullable NearEntry<V> get(String key) {
    NearEntry<V> entry = peek(key);
    (entry == null ? misses : hits).increment();
    return entry;
  }

  /** The same uncounted; who serves it says {@link #served}. */
  @Nullable NearEntry<V> peek(String key) {
    // Its last digits decide who is told: as random as reads are.
    long now = nanoTime.getAsLong();
    NearEntry<V> entry =
        (now & (TOLD_ONE_IN - 1)) == 0
            ? entries.getIfPresent(key)
            : quietly.getIfPresentQuietly(key);
    return entry != null && entry.servable(now) ? entry : null;
  }

  void served() {
    hits.increment();
  }

  /**
   * The entry even when its bucket is not trusted: it may be stale, but has not been for longer
   * than this.
   */
  @Nullable NearEntry<V> getUntrusted(String key, Duration staleAtMost) {
    NearEntry<V> entry = entries.getIfPresent(key);
    if (entry == null) {
      return null;
    }
    long now = nanoTime.getAsLong();
    return entry.servable(now) || entry.servableUntrusted(now, staleAtMost.toNanos())
        ? entry
        : null;
  }

  /** Whether there is room for an entry of this weight when there is no other. */
  boolean mayHold(int weight) {
    return !bound.weighed() || weight <= bound.maximum();
  }

  /** To be taken before the GET or the FILL is sent whose value is put. */
  NearTicket ticket(int bucket) {
    return bucket(bucket).ticket(bucket);
  }

  /**
   * Puts a value that was read from Redis, or stored there, after the ticket was taken.
   *
   * @param tags everything whose change makes it stale
   * @param weight in the unit of the cache's bound; at least 0
   * @param timeToLive from now on
   * @param staleFor how long it may be served after one of its tags became stale; zero: not at all
   * @return whether it was: not when one of the tags became stale since the ticket was taken, or
   *     when the bucket is not trusted
   */
  boolean put(
      NearTicket ticket,
      String key,
      V value,
      List<String> tags,
      int weight,
      Duration timeToLive,
      Duration staleFor) {
    long now = nanoTime.getAsLong();
    NearEntry<V> entry =
        new NearEntry<>(
            ticket, key, value, tags, weight, now + timeToLive.toNanos(), staleFor.toNanos());
    if (!bucket(ticket.bucket()).accept(ticket, entry, now)) {
      refused.increment();
      return false;
    }
    // Outside the lock: should the entry become stale right now, the mark is what counts.
    entries.put(key, entry);
    if (entry.stale() && !entry.outlivesStaleness()) {
      entries.asMap().remove(key, entry);
    }
    puts.increment();
    return true;
  }

  @Override
  public void begins(int bucket, Stretch stretch) {
    bucket(bucket).begin(stretch);
  }

  @Override
  public void stale(int bucket, List<String> tags) {
    mark(bucket, tags, false);
  }

  /** The same for what this process itself changed: it must not see the old value any more. */
  void gone(int bucket, List<String> tags) {
    mark(bucket, tags, true);
  }

  private void mark(int bucket, List<String> tags, boolean gone) {
    List<NearEntry<V>> marked = bucket(bucket).markStale(tags, nanoTime.getAsLong(), gone);
    for (NearEntry<V> entry : marked) {
      if (!entry.outlivesStaleness()) {
        entries.asMap().remove(entry.key(), entry);
      }
    }
    invalidated.add(marked.size());
  }

  @Override
  public void over(int bucket) {
    bucket(bucket).over();
  }

  NearStats stats() {
    return new NearStats(
        hits.sum(),
        misses.sum(),
        puts.sum(),
        refused.sum(),
        invalidated.sum(),
        evicted.sum(),
        entries.estimatedSize());
  }

  /** Once in a while takes out what has expired, which otherwise stays until room is needed. */
  @Override
  public void tick() {
    long now = nanoTime.getAsLong();
    if (now - tidiedNanos >= TIDY_NANOS) {
      tidiedNanos = now;
      for (NearEntry<V> entry : entries.asMap().values()) {
        if (entry.expired(now) && entries.asMap().remove(entry.key(), entry)) {
          evicted.increment();
        }
      }
      entries.cleanUp();
    }
  }

  /** How many tags of a bucket have entries; for tests. */
  int indexedTags(int bucket) {
    return bucket(bucket).indexedTags();
  }

  private NearBucket<V> bucket(int bucket) {
    NearBucket<V> known = buckets.get(bucket);
    return known != null ? known : buckets.computeIfAbsent(bucket, unknown -> new NearBucket<>());
  }

  private void left(@Nullable NearEntry<V> entry, RemovalCause cause) {
    if (entry == null) {
      throw new IllegalStateException("an entry was garbage collected: " + cause);
    }
    bucket(entry.bucket()).left(entry);
    if (cause.wasEvicted()) {
      evicted.increment();
    }
  }
}

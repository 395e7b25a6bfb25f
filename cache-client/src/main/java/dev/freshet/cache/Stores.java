package dev.freshet.cache;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs loaders and puts what they load into Redis and then into this process, through the fence.
 * Thread-safe.
 */
final class Stores {

  private static final Logger LOG = LoggerFactory.getLogger(Stores.class);

  /** What {@code invalidation.longest-load} is unless configured otherwise. */
  private static final Duration LONGEST_LOAD = Duration.ofMinutes(1);

  private final AtomicBoolean graceTold = new AtomicBoolean();
  private final FarTier far;
  private final NearCache<Held> near;
  private final Feed feed;
  private final Flights flights;
  private final Values values;
  private final CacheMeters meters;
  private final Events events;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;

  Stores(
      FarTier far,
      NearCache<Held> near,
      Feed feed,
      Flights flights,
      Values values,
      CacheMeters meters,
      Events events,
      InstantSource clock,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this.far = far;
    this.near = near;
    this.feed = feed;
    this.flights = flights;
    this.values = values;
    this.meters = meters;
    this.events = events;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.random = random;
  }

  /** What must be known from before a load. */
  record Opening(int bucket, String incarnation, long millis, long nanos, long moment, Fill fill) {

    /**
     * As of when a value is known to be that was loaded since and could not be stored. A snapshot
     * of a primary shows what was committed before this load began; that of a standby may be older,
     * and what was read without a fence, or inside a transaction that has written, is for nobody
     * else.
     */
    long unstored() {
      return fill.ofPrimary() ? moment : Landing.NEVER;
    }
  }

  Opening open(String key) {
    int bucket = feed.layout().bucket(key);
    long nanos = nanoTime.getAsLong();
    Fill fill =
        new Fill(
            key,
            grace ->
                feed.xminReceivedBefore(
                    bucket, grace.plusNanos(Math.max(0, nanoTime.getAsLong() - nanos))));
    return new Opening(
        bucket, feed.incarnation(bucket).orElse(""), clock.millis(), nanos, flights.moment(), fill);
  }

  /** Loads a value and stores it, if it may be stored. */
  Landing load(Lookup lookup) throws Exception {
    Opening opening = open(lookup.key());
    Optional<?> value;
    try {
      value = lookup.loader().load(opening.fill());
    } catch (Exception | Error e) {
      failed(lookup.key(), lookup.ttl(), opening, e);
      throw e;
    }
    return store(lookup.key(), lookup.ttl(), lookup.type(), opening, value);
  }

  void failed(String key, TtlClass ttl, Opening opening, Throwable cause) {
    Duration took = Duration.ofNanos(nanoTime.getAsLong() - opening.nanos());
    meters.of(ttl).failures.increment();
    events.tell(new CacheEvent.Failure(key, ttl.name(), took, cause));
  }

  /** Stores what was loaded since the opening; the value comes back whether or not it was. */
  private Landing store(
      String key, TtlClass ttl, ValueType<?> type, Opening opening, Optional<?> value) {
    Held held = held(ttl, type, opening, value);
    Outcome outcome = stored(key, ttl, opening, held).join();
    tell(key, ttl, held, outcome.word());
    warnOfGrace(key, opening.fill().grace(), outcome.word());
    return new Landing(held, outcome.asOf());
  }

  /**
   * What became of a value.
   *
   * @param word {@code stored}, or why not
   * @param asOf as in {@link Landing}
   */
  private record Outcome(String word, long asOf) {}

  private record Sent(String key, Duration grace, Held held, CompletableFuture<Outcome> outcome) {}

  /** Stores several values at once: their fills are on the way together. */
  Map<String, Landing> storeAll(
      TtlClass ttl, ValueType<?> type, Map<String, Opening> openings, Map<String, ?> values) {
    List<Sent> sent = new ArrayList<>();
    openings.forEach(
        (key, opening) -> {
          Held held = held(ttl, type, opening, Optional.ofNullable(values.get(key)));
          sent.add(new Sent(key, opening.fill().grace(), held, stored(key, ttl, opening, held)));
        });
    // On this thread, not on one of the Redis client: who is told may take a moment.
    Map<String, Landing> all = new LinkedHashMap<>();
    for (Sent one : sent) {
      Outcome outcome = one.outcome().join();
      tell(one.key(), ttl, one.held(), outcome.word());
      warnOfGrace(one.key(), one.grace(), outcome.word());
      all.put(one.key(), new Landing(one.held(), outcome.asOf()));
    }
    return all;
  }

  private Held held(TtlClass ttl, ValueType<?> type, Opening opening, Optional<?> value) {
    long tookNanos = nanoTime.getAsLong() - opening.nanos();
    Duration life = life(ttl, value);
    long lifeMillis = (long) (life.toMillis() * (1 - ttl.jitter() * random.nextDouble()));
    return new Held(
        value,
        type,
        opening.millis(),
        tookNanos / 1000,
        opening.millis() + lifeMillis,
        opening.fill().tags(),
        0);
  }

  private static Duration life(TtlClass ttl, Optional<?> value) {
    return value.isPresent() ? ttl.timeToLive() : ttl.absentTimeToLive();
  }

  private void tell(String key, TtlClass ttl, Held held, String outcome) {
    Duration took = Duration.ofNanos(held.loadMicros() * 1000);
    meters.of(ttl).loads.record(took);
    meters.of(ttl).filled(outcome);
    if (events.heard()) {
      events.tell(new CacheEvent.Load(key, ttl.name(), took, outcome));
    }
  }

  /** Once: a setting that keeps a whole kind of values out of the cache. */
  private void warnOfGrace(String key, Duration grace, String outcome) {
    if (grace.compareTo(LONGEST_LOAD) >= 0
        && (outcome.equals("floor") || outcome.equals("no-heartbeat"))
        && graceTold.compareAndSet(false, true)) {
      LOG.warn(
          "{} is not cached ({}): assumeVisibleAfter({}) is not below invalidation.longest-load",
          key,
          outcome,
          grace);
    }
  }

  private static CompletableFuture<Outcome> not(String why, Opening opening) {
    return CompletableFuture.completedFuture(new Outcome(why, opening.unstored()));
  }

  /** What became of it; never fails. */
  private CompletableFuture<Outcome> stored(String key, TtlClass ttl, Opening opening, Held held) {
    if (!ttl.cached() || life(ttl, held.value()).isZero()) {
      return not("not-cached", opening);
    }
    Optional<Fence> fence = opening.fill().fence();
    if (fence.isEmpty()) {
      LOG.debug("{} was loaded without a fence and is not cached", key);
      return not("no-fence", opening);
    }
    if (fence.get().xmin() == Fence.NEVER.xmin()) {
      return not(opening.fill().heartbeatMissing() ? "no-heartbeat" : "own-writes", opening);
    }
    if (held.tags().size() > FillScript.MAX_TAGS) {
      LOG.warn(
          "{} carries {} tags and is not cached; at most {} are allowed: tag it by the table",
          key,
          held.tags().size(),
          FillScript.MAX_TAGS);
      return not("too-many-tags", opening);
    }
    byte[] raw;
    try {
      raw = encoded(held);
    } catch (IOException e) {
      LOG.warn("{} is not cached", key, e);
      return not("codec", opening);
    }
    return fill(key, ttl, opening, held, raw, fence.get());
  }

  private byte[] encoded(Held held) throws IOException {
    Values.Payload payload = values.encode(held.value(), held.type());
    return StoredEntry.write(
        held.loadedMillis(),
        held.loadMicros(),
        held.freshMillis(),
        payload.encoding(),
        held.tags(),
        payload.bytes());
  }

  private CompletableFuture<Outcome> fill(
      String key, TtlClass ttl, Opening opening, Held held, byte[] raw, Fence fence) {
    Duration life =
        Duration.ofMillis(Math.max(1, held.freshMillis() - clock.millis())).plus(ttl.staleFor());
    NearTicket ticket = near.ticket(opening.bucket());
    long moment = flights.moment(); // what is accepted shows all that was applied before this
    return far.fill(key, raw, held.tags(), opening.incarnation(), fence, life)
        .thenApply(
            filled -> {
              if (filled instanceof Filled.Refused refused) {
                if (refused instanceof Filled.RefusedByIncarnation) {
                  feed.refresh(opening.bucket());
                }
                return new Outcome(refused.reason(), opening.unstored());
              }
              near(ticket, key, held, raw.length, life, ttl);
              return new Outcome("stored", moment);
            })
        .exceptionally(
            e -> {
              LOG.debug("{} could not be stored", key, e);
              return new Outcome("redis", opening.unstored());
            });
  }

  /** Puts a value that came from Redis into this process. */
  Held near(NearTicket ticket, String key, Held held, TtlClass ttl) {
    Duration life =
        Duration.ofMillis(Math.max(0, held.freshMillis() - clock.millis())).plus(ttl.staleFor());
    near(ticket, key, held, held.bytes(), life, ttl);
    return held;
  }

  private void near(
      NearTicket ticket, String key, Held held, int bytes, Duration life, TtlClass ttl) {
    int weight = bytes + key.length();
    if (near.mayHold(weight)) {
      List<String> tags = new ArrayList<>(held.tags());
      tags.add(Hints.entryTag(key));
      near.put(ticket, key, held, tags, weight, life, ttl.staleFor());
    }
  }
}

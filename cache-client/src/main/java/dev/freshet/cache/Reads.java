package dev.freshet.cache;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds values: in this process, then in Redis; and decides whether they may be served and whether
 * they are to be reloaded. Thread-safe.
 */
final class Reads {

  private static final Logger LOG = LoggerFactory.getLogger(Reads.class);
  private static final Duration ALWAYS = Duration.ofDays(36_500);

  private final FarTier far;
  private final NearCache<Held> near;
  private final Stores stores;
  private final Values values;
  private final Freshness freshness;
  private final CacheMeters meters;
  private final Events events;
  private final HotKeys hot;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;

  Reads(
      FarTier far,
      NearCache<Held> near,
      Stores stores,
      Values values,
      Freshness freshness,
      CacheMeters meters,
      Events events,
      HotKeys hot,
      InstantSource clock,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this.far = far;
    this.near = near;
    this.stores = stores;
    this.values = values;
    this.freshness = freshness;
    this.meters = meters;
    this.events = events;
    this.hot = hot;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.random = random;
  }

  /** A value that may be served, and whether it is to be reloaded for the next ones. */
  record Found(Held held, boolean reload) {}

  /**
   * From this process, when nothing is to be done but serve it; null means that {@link #near} has
   * to decide. Allocates nothing: this is what most reads are.
   */
  @Nullable Held settled(String key, TtlClass ttl, ValueType<?> type) {
    if (!ttl.cached() || events.heard()) {
      return null;
    }
    NearEntry<Held> entry = near.peek(key);
    if (entry == null || entry.stale()) {
      return null;
    }
    Held held = entry.value();
    long now = clock.millis();
    if (!held.type().equals(type)
        || now >= held.freshMillis()
        || nearItsEnd(ttl, held, now)
        || freshness.oldestMillis(far.layout().bucket(key), ttl) != Long.MAX_VALUE) {
      return null;
    }
    near.served();
    hot.read(key);
    meters.of(ttl).nearHits.increment();
    return held;
  }

  /** From this process; null when it is not here. Nothing is allocated for most hits. */
  @Nullable Found near(Lookup lookup) {
    if (!lookup.ttl().cached()) {
      return null;
    }
    hot.read(lookup.key());
    long oldest = oldest(lookup);
    NearEntry<Held> entry = oldest < 0 ? null : near.get(lookup.key());
    if (entry == null && oldest >= 0 && (oldest != Long.MAX_VALUE || far.leftAlone())) {
      return orphan(lookup);
    }
    return entry == null ? null : accepted(lookup, entry, oldest);
  }

  /** The same once more for a read that has missed, which counts already; null when not here. */
  @Nullable Held again(Lookup lookup) {
    long oldest = lookup.ttl().cached() ? oldest(lookup) : -1;
    NearEntry<Held> entry = oldest < 0 ? null : near.peek(lookup.key());
    return entry == null || unfit(lookup, entry.value(), oldest, clock.millis())
        ? null
        : entry.value();
  }

  /** What this process holds when Redis cannot be asked. */
  @Nullable Found orphan(Lookup lookup) {
    long oldest = lookup.ttl().whenBehind().oldestMillis();
    if (oldest < 0 || !lookup.ttl().cached()) {
      return null;
    }
    NearEntry<Held> entry = near.getUntrusted(lookup.key(), atMost(oldest));
    return entry == null ? null : accepted(lookup, entry, oldest);
  }

  private @Nullable Found accepted(Lookup lookup, NearEntry<Held> entry, long oldest) {
    Held held = entry.value();
    long now = clock.millis();
    if (unfit(lookup, held, oldest, now)) {
      return null;
    }
    boolean stale = entry.stale();
    if (stale) {
      meters.of(lookup.ttl()).stale(entry.staleNanos(nanoTime.getAsLong()) / 1_000_000);
    }
    return found(lookup, held, CacheEvent.Tier.NEAR, stale, now);
  }

  private static boolean unfit(Lookup lookup, Held held, long oldest, long now) {
    return !held.type().equals(lookup.type())
        || held.ageMillis(now) > oldest
        || past(lookup, held, now);
  }

  /** Whether Redis is worth asking for this. */
  boolean mayAskFar(Lookup lookup) {
    return lookup.ttl().cached() && oldest(lookup) >= 0;
  }

  NearTicket ticket(String key) {
    return near.ticket(far.layout().bucket(key));
  }

  /**
   * What an entry of Redis holds, if it may be served; from now on it is in this process too.
   *
   * @param ticket taken before Redis was asked
   */
  Optional<Found> far(Lookup lookup, NearTicket ticket, StoredEntry entry) {
    return decode(lookup, entry)
        .map(
            held -> {
              stores.near(ticket, lookup.key(), held, lookup.ttl());
              return found(lookup, held, CacheEvent.Tier.FAR, false, clock.millis());
            });
  }

  /** The same without counting it as a hit, for those who wait for another's load. */
  Optional<Held> decode(Lookup lookup, StoredEntry entry) {
    long now = clock.millis();
    if (now - entry.loadedMillis() > oldest(lookup)) {
      return Optional.empty();
    }
    try {
      Held held = values.decode(entry, lookup.type());
      return past(lookup, held, now) ? Optional.empty() : Optional.of(held);
    } catch (IOException e) {
      meters.unreadable.increment();
      LOG.debug("{} counts as missing", lookup.key(), e);
      return Optional.empty();
    }
  }

  private Found found(
      Lookup lookup, Held held, CacheEvent.Tier tier, boolean invalidated, long now) {
    ClassMeters counts = meters.of(lookup.ttl());
    (tier == CacheEvent.Tier.NEAR ? counts.nearHits : counts.farHits).increment();
    boolean past = now >= held.freshMillis();
    if (past && !invalidated) {
      counts.stale(now - held.freshMillis());
    }
    if (events.heard()) {
      events.tell(
          new CacheEvent.Hit(
              lookup.key(),
              lookup.ttl().name(),
              tier,
              Duration.ofMillis(held.ageMillis(now)),
              past || invalidated));
    }
    return new Found(held, past || invalidated || early(lookup, held, now));
  }

  private static boolean past(Lookup lookup, Held held, long now) {
    return now >= held.freshMillis() + lookup.ttl().staleFor().toMillis();
  }

  /**
   * Whether this hit is the one that reloads ahead of time: the more likely the nearer the end and
   * the longer the load. Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede
   * Prevention, VLDB 2015.
   */
  private boolean early(Lookup lookup, Held held, long now) {
    double took = held.loadMicros() / 1e3;
    return nearItsEnd(lookup.ttl(), held, now)
        && -took * lookup.ttl().earliness() * Math.log(1 - random.nextDouble())
            >= held.freshMillis() - now;
  }

  /** Whether a chance is worth a random number: beyond 40 loads it is below 1e-17. */
  private static boolean nearItsEnd(TtlClass ttl, Held held, long now) {
    return ttl.earliness() > 0
        && held.freshMillis() - now < 40 * (held.loadMicros() / 1e3) * ttl.earliness();
  }

  private long oldest(Lookup lookup) {
    return freshness.oldestMillis(far.layout().bucket(lookup.key()), lookup.ttl());
  }

  private static Duration atMost(long millis) {
    return millis > ALWAYS.toMillis() ? ALWAYS : Duration.ofMillis(Math.max(0, millis));
  }
}

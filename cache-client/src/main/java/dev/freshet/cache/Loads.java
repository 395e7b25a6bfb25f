package dev.freshet.cache;

import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What happens on a miss: one load in this process, one among all processes if the lease works, and
 * never more at a time than the limiter lets through. Thread-safe; runs on the caller's thread.
 *
 * <p>Who waits for another's load asked before it ended, and must not get what it read earlier: in
 * between a change may have been applied, even the asker's own. A load that Redis accepted after
 * the question shows all that was applied by then, because FILL compares it with that. One that was
 * not stored, for whatever reason, shows it if it began after the question and read from a primary.
 * Everything else is dropped by those who waited, and one of them leads the next load: the second
 * one that a reader waits for began after its question, so that even without Redis, or with a tag
 * that changes all the time, a key is loaded once at a time. Who gets nothing out of that either
 * (refused values of standbys, loads without a fence or inside a transaction that has written)
 * loads alone, behind the limiter like all.
 */
final class Loads {

  /** Loads of others that one reader waits for. */
  static final int MOST_JOINED = 2;

  private static final long FIRST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LONGEST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final FarTier far;
  private final Stores stores;
  private final Flights flights;
  private final Limiter limiter;
  private final Duration patience;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;

  Loads(
      FarTier far,
      Stores stores,
      Flights flights,
      Limiter limiter,
      Duration patience,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this.far = far;
    this.stores = stores;
    this.flights = flights;
    this.limiter = limiter;
    this.patience = patience;
    this.nanoTime = nanoTime;
    this.random = random;
  }

  /** Whether a stored entry will do for this question; then it is what it holds. */
  interface Acceptance {
    Optional<Held> held(StoredEntry entry);
  }

  /**
   * The value, loaded by this thread or by another that is already at it.
   *
   * @param cached looks into this process once more: the load we missed may just have ended
   * @param acceptance of what another process stores meanwhile
   */
  Held load(Lookup lookup, Supplier<Optional<Held>> cached, Acceptance acceptance)
      throws Exception {
    if (!lookup.ttl().cached()) {
      return limiter.run(() -> stores.load(lookup)).held();
    }
    long asked = flights.moment();
    long began = nanoTime.getAsLong();
    for (int joined = 0; joined < MOST_JOINED; joined++) {
      Optional<Flights.Flight> mine = flights.begin(lookup, limiter.inside());
      if (mine.isPresent()) {
        return lead(lookup, mine.get(), cached, acceptance).held();
      }
      Optional<Flights.Flight> other = flights.underWay(lookup).filter(this::mayWaitFor);
      if (other.isEmpty()) {
        // It landed just now, or loads another type, or may wait for the room this thread holds.
        break;
      }
      Landing landed = join(lookup, other.get(), began);
      if (landed.proves(asked)) {
        return landed.held();
      }
    }
    return alone(lookup, cached);
  }

  /** The value for one who cannot share in another's load. */
  Held alone(Lookup lookup, Supplier<Optional<Held>> cached) throws Exception {
    Optional<Held> known = cached.get();
    return known.isPresent() ? known.get() : limiter.run(() -> stores.load(lookup)).held();
  }

  /** The same as a leader, who {@linkplain Flights.Flight#take took} the flight. */
  Landing lead(
      Lookup lookup, Flights.Flight mine, Supplier<Optional<Held>> cached, Acceptance acceptance)
      throws Exception {
    Landing landed;
    try {
      long moment = flights.moment();
      Optional<Held> known = cached.get();
      landed =
          known.isPresent() ? new Landing(known.get(), moment) : leased(lookup, mine, acceptance);
    } catch (Exception | Error e) {
      flights.fail(lookup.key(), mine, e);
      throw e;
    }
    flights.land(lookup.key(), mine, landed);
    return landed;
  }

  /** A load within a load holds room: it must not wait for one that waits for room. */
  private boolean mayWaitFor(Flights.Flight other) {
    return other.admitted() || !limiter.inside();
  }

  private Landing join(Lookup lookup, Flights.Flight other, long beganNanos)
      throws InterruptedException {
    if (other.ledBy(Thread.currentThread())) {
      throw itself(lookup);
    }
    try {
      long left = patience.toNanos() - (nanoTime.getAsLong() - beganNanos);
      return other.landing.get(left, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw LoadFailedException.of(lookup.key(), e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw tooLong(lookup);
    }
  }

  /**
   * What another thread loads, under the rules of those who wait for it; never completed on the
   * thread that loads, where whatever comes next would count as part of its load.
   *
   * @param asker who asked, who must not be the one who loads
   */
  CompletableFuture<Landing> joinAsync(Lookup lookup, Flights.Flight other, Thread asker) {
    if (other.ledBy(asker)) {
      return CompletableFuture.failedFuture(itself(lookup));
    }
    return other
        .landing
        .copy()
        .orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS)
        .handleAsync(
            (landed, error) -> {
              if (error == null) {
                return landed;
              }
              // What the load threw comes wrapped; bare, it is our own patience that has ended.
              throw error instanceof TimeoutException
                  ? tooLong(lookup)
                  : LoadFailedException.of(
                      lookup.key(), error.getCause() == null ? error : error.getCause());
            });
  }

  private static IllegalStateException itself(Lookup lookup) {
    return new IllegalStateException(
        "the loader of \"%s\" asks the cache for the very key it loads".formatted(lookup.key()));
  }

  private OverloadedException tooLong(Lookup lookup) {
    return new OverloadedException(
        "\"%s\" has been loading for more than %s; find out why it takes so long"
            .formatted(lookup.key(), patience));
  }

  private Landing leased(Lookup lookup, Flights.Flight mine, Acceptance acceptance)
      throws Exception {
    String token = Long.toHexString(random.nextLong());
    Lease lease = lease(lookup, token);
    try {
      // Ours may be free because another has just loaded it: look once more before loading.
      Optional<Landing> theirs =
          switch (lease) {
            case OURS -> stored(lookup, acceptance);
            case OTHERS -> await(lookup, acceptance);
            case UNKNOWN -> Optional.empty();
          };
      if (theirs.isPresent()) {
        return theirs.get();
      }
      return limiter.run(
          () -> {
            mine.admit();
            return stores.load(lookup);
          });
    } finally {
      if (lease == Lease.OURS) {
        far.release(lookup.key(), token);
      }
    }
  }

  /** Reloads ahead of time, unless it is being done; nobody waits for it. */
  void refresh(Lookup lookup, Acceptance newer) throws Exception {
    Optional<Flights.Flight> mine = flights.begin(lookup, limiter.inside());
    if (mine.isPresent()) {
      Supplier<Optional<Held>> stored = () -> stored(lookup, newer).map(Landing::held);
      lead(lookup, mine.get(), stored, newer);
    }
  }

  private Optional<Landing> stored(Lookup lookup, Acceptance acceptance) {
    long moment = flights.moment();
    try {
      return far.read(lookup.key())
          .flatMap(acceptance::held)
          .map(held -> new Landing(held, moment));
    } catch (RedisException e) {
      return Optional.empty();
    }
  }

  private enum Lease {
    OURS,
    OTHERS,
    /** Redis cannot say: each for itself. */
    UNKNOWN
  }

  private Lease lease(Lookup lookup, String token) {
    if (lookup.ttl().lease().isZero()) {
      return Lease.UNKNOWN;
    }
    try {
      boolean ours = far.await(far.lease(lookup.key(), token, lookup.ttl().lease()));
      return ours ? Lease.OURS : Lease.OTHERS;
    } catch (RedisException e) {
      return Lease.UNKNOWN;
    }
  }

  /** Waits for the one who holds the lease, until it is given up or has lasted long enough. */
  private Optional<Landing> await(Lookup lookup, Acceptance acceptance) {
    long began = nanoTime.getAsLong();
    long pause = FIRST_LOOK_NANOS;
    while (nanoTime.getAsLong() - began < lookup.ttl().lease().toNanos()
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(pause);
      pause = Math.min(2 * pause, LONGEST_LOOK_NANOS);
      long moment = flights.moment();
      FarTier.Waiting seen;
      try {
        seen = far.await(far.look(lookup.key()));
      } catch (RedisException e) {
        return Optional.empty();
      }
      Optional<Held> held = seen.entry().flatMap(acceptance::held);
      if (held.isPresent() || !seen.leased()) {
        return held.map(it -> new Landing(it, moment));
      }
    }
    return Optional.empty();
  }
}

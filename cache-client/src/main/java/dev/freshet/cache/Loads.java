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
 */
final class Loads {

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
      return limiter.run(() -> stores.load(lookup));
    }
    Optional<Flights.Flight> mine = flights.begin(lookup, limiter.inside());
    if (mine.isPresent()) {
      return lead(lookup, mine.get(), cached, acceptance);
    }
    Optional<Flights.Flight> other = flights.underWay(lookup).filter(this::mayWaitFor);
    if (other.isPresent()) {
      return join(lookup, other.get());
    }
    // It landed just now, or loads another type, or may wait for the room that this thread holds.
    Optional<Held> known = cached.get();
    return known.isPresent() ? known.get() : limiter.run(() -> stores.load(lookup));
  }

  private Held lead(
      Lookup lookup, Flights.Flight mine, Supplier<Optional<Held>> cached, Acceptance acceptance)
      throws Exception {
    Held held;
    try {
      Optional<Held> known = cached.get();
      held = known.isPresent() ? known.get() : leased(lookup, mine, acceptance);
    } catch (Exception | Error e) {
      flights.fail(lookup.key(), mine, e);
      throw e;
    }
    flights.land(lookup.key(), mine, held);
    return held;
  }

  /** A load within a load holds room: it must not wait for one that waits for room. */
  private boolean mayWaitFor(Flights.Flight other) {
    return other.admitted() || !limiter.inside();
  }

  private Held join(Lookup lookup, Flights.Flight other) throws InterruptedException {
    if (other.leader == Thread.currentThread()) {
      throw itself(lookup);
    }
    try {
      return other.landing.get(patience.toNanos(), TimeUnit.NANOSECONDS);
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
  CompletableFuture<Held> joinAsync(Lookup lookup, Flights.Flight other, Thread asker) {
    if (other.leader == asker) {
      return CompletableFuture.failedFuture(itself(lookup));
    }
    return other
        .landing
        .copy()
        .orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS)
        .handleAsync(
            (held, error) -> {
              if (error == null) {
                return held;
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

  private Held leased(Lookup lookup, Flights.Flight mine, Acceptance acceptance) throws Exception {
    String token = Long.toHexString(random.nextLong());
    Lease lease = lease(lookup, token);
    try {
      // Ours may be free because another has just loaded it: look once more before loading.
      Optional<Held> theirs =
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
      Supplier<Optional<Held>> stored = () -> stored(lookup, newer);
      lead(lookup, mine.get(), stored, newer);
    }
  }

  private Optional<Held> stored(Lookup lookup, Acceptance acceptance) {
    try {
      return far.read(lookup.key()).flatMap(acceptance::held);
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
  private Optional<Held> await(Lookup lookup, Acceptance acceptance) {
    long began = nanoTime.getAsLong();
    long pause = FIRST_LOOK_NANOS;
    while (nanoTime.getAsLong() - began < lookup.ttl().lease().toNanos()
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(pause);
      pause = Math.min(2 * pause, LONGEST_LOOK_NANOS);
      FarTier.Waiting seen;
      try {
        seen = far.await(far.look(lookup.key()));
      } catch (RedisException e) {
        return Optional.empty();
      }
      Optional<Held> held = seen.entry().flatMap(acceptance::held);
      if (held.isPresent() || !seen.leased()) {
        return held;
      }
    }
    return Optional.empty();
  }
}

package dev.freshet.cache;

import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.Optional;
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
    Optional<Flights.Flight> mine = flights.begin(lookup);
    if (mine.isPresent()) {
      return lead(lookup, mine.get(), cached, acceptance);
    }
    Optional<Flights.Flight> other = flights.underWay(lookup);
    if (other.isPresent()) {
      return join(lookup, other.get());
    }
    // It landed just now, or loads another type.
    Optional<Held> known = cached.get();
    return known.isPresent() ? known.get() : limiter.run(() -> stores.load(lookup));
  }

  private Held lead(
      Lookup lookup, Flights.Flight mine, Supplier<Optional<Held>> cached, Acceptance acceptance)
      throws Exception {
    try {
      Optional<Held> known = cached.get();
      Held held = known.isPresent() ? known.get() : leased(lookup, acceptance);
      mine.landing.complete(held);
      return held;
    } catch (Exception | Error e) {
      mine.landing.completeExceptionally(e);
      throw e;
    } finally {
      flights.end(lookup.key(), mine);
    }
  }

  private Held join(Lookup lookup, Flights.Flight other) throws Exception {
    if (other.leader == Thread.currentThread()) {
      throw new IllegalStateException(
          "the loader of \"%s\" asks the cache for the very key it loads".formatted(lookup.key()));
    }
    try {
      return other.landing.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (TimeoutException e) {
      throw new OverloadedException(
          "\"%s\" has been loading for more than %s; find out why it takes so long"
              .formatted(lookup.key(), patience));
    }
  }

  private Held leased(Lookup lookup, Acceptance acceptance) throws Exception {
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
      return limiter.run(() -> stores.load(lookup));
    } finally {
      if (lease == Lease.OURS) {
        far.release(lookup.key(), token);
      }
    }
  }

  /** Reloads ahead of time, unless it is being done; nobody waits for it. */
  void refresh(Lookup lookup, Acceptance newer) throws Exception {
    Optional<Flights.Flight> mine = flights.begin(lookup);
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

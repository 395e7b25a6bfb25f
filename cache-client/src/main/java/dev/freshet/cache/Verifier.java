package dev.freshet.cache;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache's own doubt: of a share of all hits the value is loaded again some time later and
 * compared. One that differs has the same time once more to go; if it is still served after that
 * and still differs, an invalidation was missed: it is counted, told and deleted everywhere. What a
 * standby or another service gives may be older than the value served, and accuses nobody.
 * Thread-safe.
 */
final class Verifier {

  static final int MAX_WAITING = 1000;

  private static final Logger LOG = LoggerFactory.getLogger(Verifier.class);

  private final double share;
  private final Duration bound;
  private final FarTier far;
  private final NearCache<Held> near;
  private final Stores stores;
  private final Values values;
  private final Limiter limiter;
  private final Hints hints;
  private final ScheduledExecutorService timer;
  private final Executor loaders;
  private final RandomGenerator random;
  private final AtomicInteger waiting = new AtomicInteger();
  private final LongAdder checked = new LongAdder();
  private final LongAdder inconsistent = new LongAdder();

  /**
   * @param share of the hits, from 0 to 1
   * @param bound how long a change may take to arrive
   */
  Verifier(
      double share,
      Duration bound,
      FarTier far,
      NearCache<Held> near,
      Stores stores,
      Values values,
      Limiter limiter,
      Hints hints,
      ScheduledExecutorService timer,
      Executor loaders,
      RandomGenerator random) {
    this.share = share;
    this.bound = bound;
    this.far = far;
    this.near = near;
    this.stores = stores;
    this.values = values;
    this.limiter = limiter;
    this.hints = hints;
    this.timer = timer;
    this.loaders = loaders;
    this.random = random;
  }

  /** Whether no hit is ever looked at. */
  boolean off() {
    return share == 0;
  }

  /** A value was served. */
  void served(Lookup lookup, Held held) {
    if (share > 0 && random.nextDouble() < share) {
      later(() -> compare(lookup, held));
    }
  }

  private interface Step {
    void run() throws Exception;
  }

  private void later(Step step) {
    if (waiting.incrementAndGet() > MAX_WAITING) {
      waiting.decrementAndGet();
      return;
    }
    try {
      ScheduledFuture<?> unused =
          timer.schedule(() -> onLoader(step), bound.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      waiting.decrementAndGet();
    }
  }

  private void onLoader(Step step) {
    try {
      loaders.execute(
          () -> {
            try {
              step.run();
            } catch (Exception e) {
              LOG.debug("a verification could not be made", e);
            } finally {
              waiting.decrementAndGet();
            }
          });
    } catch (RejectedExecutionException busy) {
      waiting.decrementAndGet();
    }
  }

  private void compare(Lookup lookup, Held held) throws Exception {
    if (newer(lookup, held).isEmpty() || !servedStill(lookup, held)) {
      checked.increment();
      return;
    }
    later(() -> judge(lookup, held));
  }

  /**
   * Loads again; the transaction up to which all is visible in what came, if that differs. What is
   * not of a primary may be older than the value it is compared with, and says nothing.
   */
  private OptionalLong newer(Lookup lookup, Held held) throws Exception {
    Fill fill = stores.open(lookup.key()).fill();
    Optional<?> now = limiter.run(() -> lookup.loader().load(fill));
    Optional<Fence> fence = fill.fence();
    return fence.isEmpty() || !fill.ofPrimary() || same(lookup, held.value(), now)
        ? OptionalLong.empty()
        : OptionalLong.of(fence.get().xmin() - 1);
  }

  private boolean same(Lookup lookup, Optional<?> one, Optional<?> other) throws IOException {
    if (one.isEmpty() || other.isEmpty()) {
      return one.isEmpty() && other.isEmpty();
    }
    return one.equals(other)
        || Arrays.equals(
            values.bytes(one.get(), lookup.type()), values.bytes(other.get(), lookup.type()));
  }

  private boolean servedStill(Lookup lookup, Held held) {
    NearEntry<Held> here = near.peek(lookup.key());
    return (here != null && !here.stale() && here.value().loadedMillis() == held.loadedMillis())
        || far.read(lookup.key())
            .filter(entry -> entry.loadedMillis() == held.loadedMillis())
            .isPresent();
  }

  private void judge(Lookup lookup, Held held) throws Exception {
    checked.increment();
    if (!servedStill(lookup, held)) {
      return;
    }
    OptionalLong newer = newer(lookup, held);
    if (newer.isEmpty() || !servedStill(lookup, held)) {
      return;
    }
    inconsistent.increment();
    LOG.warn(
        "{} does not show what was true {} ago, and is deleted; do its tags cover all it reads? {}",
        lookup.key(),
        bound,
        held.tags());
    near.gone(far.layout().bucket(lookup.key()), List.of(Hints.entryTag(lookup.key())));
    // With the mark that is missing: no older load may put it back.
    far.await(hints.stale(held.tags(), newer.getAsLong()));
    far.await(hints.delete(List.of(lookup.key())));
  }

  long checked() {
    return checked.sum();
  }

  long inconsistent() {
    return inconsistent.sum();
  }

  /** At least this many nines: without an inconsistent one, as many as so few checks can show. */
  double nines() {
    long all = checked.sum();
    return all == 0 ? 0 : Math.log10(all / (double) Math.max(1, inconsistent.sum()));
  }

  int waiting() {
    return waiting.get();
  }
}

package dev.freshet.cache;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The gate in front of the database: so many loads at a time, so many waiting, and no others.
 * Thread-safe; first come, first served.
 */
final class Limiter {

  private final int running;
  private final int waiting;
  private final Duration patience;
  private final Semaphore permits;
  private final AtomicInteger queued = new AtomicInteger();
  private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);

  /**
   * @param running loads at a time, at least 1
   * @param waiting how many may wait, at least 0
   * @param patience for how long
   */
  Limiter(int running, int waiting, Duration patience) {
    if (running < 1 || waiting < 0) {
      throw new IllegalArgumentException(
          "%d loads at a time and %d waiting; at least 1 and 0".formatted(running, waiting));
    }
    this.running = running;
    this.waiting = waiting;
    this.patience = patience;
    this.permits = new Semaphore(running, true);
  }

  /** Runs this as soon as there is room. A load within a load needs none: its outer one has it. */
  <T> T run(Callable<T> load) throws Exception {
    if (inside.get()) {
      return load.call();
    }
    enter();
    inside.set(true);
    try {
      return load.call();
    } finally {
      inside.remove();
      permits.release();
    }
  }

  /** Whether this thread has its room already. */
  boolean inside() {
    return inside.get();
  }

  private void enter() throws InterruptedException {
    if (queued.get() == 0 && permits.tryAcquire()) {
      return;
    }
    if (queued.incrementAndGet() > waiting) {
      queued.decrementAndGet();
      throw new OverloadedException(
          "%d loads run and %d wait, which is all that may; raise the builder's loads(running,"
                  .formatted(running, waiting)
              + " waiting), or find out why the database is slow");
    }
    try {
      if (!permits.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new OverloadedException(
            "waited %s for one of %d loads to end; find out why the database is slow"
                .formatted(patience, running));
      }
    } finally {
      queued.decrementAndGet();
    }
  }

  int runningNow() {
    return running - permits.availablePermits();
  }

  int waitingNow() {
    return queued.get();
  }
}

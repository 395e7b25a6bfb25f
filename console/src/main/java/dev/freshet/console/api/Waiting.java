package dev.freshet.console.api;

import dev.freshet.console.model.Positions;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Requests that wait until something is applied: at most half of those that may be under way, so
 * that the others still get an answer. Thread-safe.
 */
final class Waiting {

  private static final long LOOK_MILLIS = 25;

  private final int most;
  private final Semaphore room;

  /**
   * @param concurrency how many requests may be under way
   */
  Waiting(int concurrency) {
    this.most = Math.max(1, concurrency / 2);
    this.room = new Semaphore(most);
  }

  /**
   * What is so once it is enough, or once the time is over.
   *
   * @throws ProblemException when too many wait already
   */
  <T> T until(Predicate<T> enough, Supplier<T> look, Duration wait, Positions positions)
      throws ProblemException, InterruptedException {
    long deadline = System.nanoTime() + wait.toNanos();
    T now = look.get();
    if (wait.isZero() || enough.test(now)) {
      return now;
    }
    if (!room.tryAcquire()) {
      throw new ProblemException(
          Problem.TOO_MANY_REQUESTS,
          "%d others wait already".formatted(most),
          "ask again in a second, or with wait=0s");
    }
    try {
      while (true) {
        now = look.get();
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (enough.test(now) || left <= 0) {
          return now;
        }
        positions.awaitChange(Math.min(left, LOOK_MILLIS));
      }
    } finally {
      room.release();
    }
  }
}

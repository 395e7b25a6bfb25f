package dev.freshet.endtoend.consistency;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** Waiting, as a seed decides. */
final class Pause {

  private Pause() {}

  static void forNanos(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
    }
  }

  static void forMillis(long millis) {
    forNanos(millis * 1_000_000);
  }

  /** Until so long after a start. */
  static void until(long startNanos, Duration after) {
    forNanos(startNanos + after.toNanos() - System.nanoTime());
  }

  /** Mostly nothing or little, at times much: {@code typical} ms is exceeded by one in five. */
  static long drawNanos(SplittableRandom random, int typical) {
    long millis =
        switch (random.nextInt(10)) {
          case 0, 1, 2 -> 0;
          case 3, 4, 5, 6, 7 -> random.nextInt(typical + 1);
          case 8 -> random.nextInt(typical * 4 + 1);
          default -> random.nextInt(typical * 12 + 1);
        };
    return millis * 1_000_000 + random.nextInt(1_000_000);
  }
}

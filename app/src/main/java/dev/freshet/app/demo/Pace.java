package dev.freshet.app.demo;

import java.util.concurrent.TimeUnit;

/** So many units a second, without catching up on what a pause has missed. One thread. */
final class Pace {

  private static final long LATEST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final double nanosPerUnit;
  private long next = System.nanoTime();

  Pace(double unitsPerSecond) {
    this.nanosPerUnit = TimeUnit.SECONDS.toNanos(1) / unitsPerSecond;
  }

  /** Waits until it is time for the next one, which has this many units. */
  void await(int units) throws InterruptedException {
    long wait = next - System.nanoTime();
    if (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
    } else if (wait < -LATEST_NANOS) {
      next = System.nanoTime() - LATEST_NANOS;
    }
    next += (long) (units * nanosPerUnit);
  }
}

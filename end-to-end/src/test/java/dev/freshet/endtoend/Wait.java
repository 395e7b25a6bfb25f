package dev.freshet.endtoend;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waiting until something holds, with an end: asked again and again, never slept through. */
final class Wait {

  /** Generous, since the machine may be shared: a bound for hanging, not for speed. */
  static final Duration LONGEST = Duration.ofSeconds(60);

  private static final long POLL_NANOS = Duration.ofMillis(10).toNanos();

  private Wait() {}

  /** A question that may fail while a service is away; that counts as no. */
  interface Condition {
    boolean holds() throws Exception;
  }

  static void until(String what, Condition condition) {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    @Nullable Exception last;
    do {
      try {
        if (condition.holds()) {
          return;
        }
        last = null;
      } catch (Exception e) {
        last = e;
      }
      LockSupport.parkNanos(POLL_NANOS);
    } while (System.nanoTime() - deadline < 0);
    throw new AssertionError("not within %d s: %s".formatted(LONGEST.toSeconds(), what), last);
  }
}

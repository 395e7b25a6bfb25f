package dev.freshet.runtime;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The bounded wait for a service that starts on a thread of its own. */
final class Startup {

  private static final Duration LONGEST = Duration.ofSeconds(60);

  private Startup() {}

  /**
   * Returns when the service has started or failed.
   *
   * @param work how much it has done for that; while this grows, it is waited for
   * @param soFar what it is still waiting for
   * @throws FreshetException of kind {@code UNREACHABLE} when nothing happened for 60 s
   */
  static void await(
      String service,
      CountDownLatch startedOrFailed,
      LongSupplier work,
      Supplier<String> soFar,
      String hint) {
    await(service, startedOrFailed, LONGEST, work, soFar, hint);
  }

  /**
   * As the other one.
   *
   * @param longest how long nothing may happen
   */
  static void await(
      String service,
      CountDownLatch startedOrFailed,
      Duration longest,
      LongSupplier work,
      Supplier<String> soFar,
      String hint) {
    try {
      long done = work.getAsLong();
      long before;
      do {
        before = done;
        if (startedOrFailed.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        done = work.getAsLong();
      } while (done != before);
      throw FreshetException.unreachable(
          "could not start " + service,
          "%s after %d s".formatted(soFar.get(), longest.toSeconds()),
          hint,
          null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted while starting " + service, "", "", e);
    }
  }
}

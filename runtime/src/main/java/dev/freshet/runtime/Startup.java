package dev.freshet.runtime;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The bounded wait for a service that starts on a thread of its own. */
final class Startup {

  private static final Duration LONGEST = Duration.ofSeconds(60);

  private Startup() {}

  /**
   * Returns when the service has started or failed.
   *
   * @param soFar what it is still waiting for
   * @throws FreshetException when neither happened within 60 s
   */
  static void await(
      String service, CountDownLatch startedOrFailed, Supplier<String> soFar, String hint) {
    try {
      if (!startedOrFailed.await(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
        throw FreshetException.unreachable(
            "could not start " + service,
            "%s after %d s".formatted(soFar.get(), LONGEST.toSeconds()),
            hint,
            null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted while starting " + service, "", "", e);
    }
  }
}

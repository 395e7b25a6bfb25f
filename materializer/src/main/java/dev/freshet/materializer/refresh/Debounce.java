package dev.freshet.materializer.refresh;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When to refresh: once it is quiet, or the oldest change waits too long; and never soon after the
 * last time. Not thread-safe.
 */
final class Debounce {

  private final Duration quiet;
  private final Duration minInterval;
  private final Duration maxDelay;
  private @Nullable Instant oldest;
  private Instant newest = Instant.EPOCH;
  private Instant free = Instant.EPOCH;

  Debounce(RefreshConfig config) {
    this.quiet = config.quiet();
    this.minInterval = config.minInterval();
    this.maxDelay = config.maxDelay();
  }

  /** Something changed. */
  void changed(Instant now) {
    oldest = oldest == null ? now : oldest;
    newest = now;
  }

  /** When a refresh is due; empty while nothing changed. */
  Optional<Instant> due() {
    if (oldest == null) {
      return Optional.empty();
    }
    Instant patient = newest.plus(quiet);
    Instant latest = oldest.plus(maxDelay);
    Instant wanted = patient.isBefore(latest) ? patient : latest;
    return Optional.of(wanted.isBefore(free) ? free : wanted);
  }

  boolean isDue(Instant now) {
    return due().filter(at -> !at.isAfter(now)).isPresent();
  }

  /** A refresh begins that will show everything so far. */
  void begins() {
    oldest = null;
  }

  /** A refresh ended. */
  void ended(Instant now) {
    free = now.plus(minInterval);
  }
}

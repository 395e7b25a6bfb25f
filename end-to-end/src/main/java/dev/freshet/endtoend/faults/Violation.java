package dev.freshet.endtoend.faults;

import java.util.Locale;

/**
 * A promise that was broken.
 *
 * @param seed of the schedule
 * @param what was found, with the values
 */
public record Violation(long seed, Kind kind, String what) {

  /** Which promise. */
  public enum Kind {
    /** Every change is said to have made its tags stale. */
    LOST,
    /** No cached entry differs from what Postgres gives. */
    STALE,
    /** Every view is what its SQL gives. */
    VIEW,
    /** Every request is counted once. */
    REQUESTS,
    /** Everything is applied some time after the last fault. */
    LATE;

    /** How it is called in talk and figures. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public String toString() {
    return "seed %d, %s: %s".formatted(seed, kind.label(), what);
  }
}

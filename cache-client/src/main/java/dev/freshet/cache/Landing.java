package dev.freshet.cache;

/**
 * A value that was loaded or found, and how fresh it is known to be.
 *
 * @param asOf the {@linkplain Flights#moment moment} before which nothing was applied that it does
 *     not show
 */
record Landing(Held held, long asOf) {

  /** Nothing is known: it is for nobody but the one who loaded it. */
  static final long NEVER = Long.MIN_VALUE;

  /** Whether one who asked at this moment may have it, although another loaded it. */
  boolean proves(long asked) {
    return asOf > asked;
  }
}

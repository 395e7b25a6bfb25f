package dev.freshet.cache;

import java.time.Duration;

/**
 * What may still be served while changes are not being applied: Freshet is behind, or Redis cannot
 * be reached. What must not is loaded, within the bounds of the loads.
 */
public sealed interface WhenBehind {

  /** Everything that is held, however old: availability before freshness. */
  record Serve() implements WhenBehind {
    @Override
    public long oldestMillis() {
      return Long.MAX_VALUE;
    }
  }

  /**
   * Only what was loaded less than this ago: nothing served is staler than that.
   *
   * @param loadedWithin positive
   */
  record Shorten(Duration loadedWithin) implements WhenBehind {
    public Shorten {
      if (loadedWithin.isNegative() || loadedWithin.isZero()) {
        throw new IllegalArgumentException(
            "loadedWithin is " + loadedWithin + "; it must be positive, or use bypass()");
      }
    }

    @Override
    public long oldestMillis() {
      return loadedWithin.toMillis();
    }
  }

  /** Nothing: every read loads. */
  record Bypass() implements WhenBehind {
    @Override
    public long oldestMillis() {
      return -1;
    }
  }

  /** How long ago a value may have been loaded to be served, in ms; negative: none may. */
  long oldestMillis();

  /** Everything may be served. */
  static WhenBehind serve() {
    return new Serve();
  }

  /** What was loaded within this time may be served. */
  static WhenBehind shorten(Duration loadedWithin) {
    return new Shorten(loadedWithin);
  }

  /** Nothing may be served. */
  static WhenBehind bypass() {
    return new Bypass();
  }
}

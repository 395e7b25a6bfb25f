package dev.freshet.cache;

import java.time.Duration;

/**
 * How long values of a kind live, and how they behave at the edges. Invalidation keeps them fresh;
 * the time to live only bounds what they cost.
 *
 * @param name for metrics; a few distinct ones
 * @param timeToLive how long a value is fresh; zero: it is never cached
 * @param absentTimeToLive the same for what is known not to exist
 * @param jitter the share of the time to live that chance takes off, from 0 to 1, so that values
 *     loaded together do not expire together
 * @param earliness how early a hit reloads a value that is about to expire, in units of how long it
 *     took to load: 1 keeps nearly everybody from waiting, 0 reloads nothing early (XFetch)
 * @param staleFor how long a value may be served after it was invalidated or its time to live has
 *     passed, while one reload runs; zero: not at all
 * @param behindAfter older than this, the newest heartbeat means that Freshet is behind
 * @param whenBehind what is served then, or without Redis
 * @param lease how long one process may keep others from loading the same value, and how long they
 *     wait for it at most; zero: each loads for itself
 */
public record TtlClass(
    String name,
    Duration timeToLive,
    Duration absentTimeToLive,
    double jitter,
    double earliness,
    Duration staleFor,
    Duration behindAfter,
    WhenBehind whenBehind,
    Duration lease) {

  /** Plain records: an hour. */
  public static final TtlClass SIMPLE = of("simple", Duration.ofHours(1));

  /** Sums and dashboards: half an hour. */
  public static final TtlClass ANALYTICS = of("analytics", Duration.ofMinutes(30));

  /** What people watch change: a minute, and ten seconds when Freshet is behind by as much. */
  public static final TtlClass REAL_TIME =
      of("real-time", Duration.ofMinutes(1))
          .withBehindAfter(Duration.ofSeconds(10))
          .withWhenBehind(WhenBehind.shorten(Duration.ofSeconds(10)));

  /** What does something: loaded each time by each caller, never cached, never shared. */
  public static final TtlClass ACTION = of("action", Duration.ZERO);

  public TtlClass {
    notNegative("timeToLive", timeToLive);
    notNegative("absentTimeToLive", absentTimeToLive);
    notNegative("staleFor", staleFor);
    notNegative("behindAfter", behindAfter);
    notNegative("lease", lease);
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("jitter is " + jitter + "; it must be from 0 to 1");
    }
    if (!(earliness >= 0 && earliness <= 100)) {
      throw new IllegalArgumentException(
          "earliness is " + earliness + "; it must be from 0 to 100");
    }
  }

  private static void notNegative(String what, Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(what + " is " + duration + "; it must not be negative");
    }
  }

  /**
   * A class with the defaults: at most a minute for what does not exist, a tenth of jitter, early
   * reloads, nothing stale, and five minutes' worth of values when Freshet is a minute behind.
   */
  public static TtlClass of(String name, Duration timeToLive) {
    Duration minute = Duration.ofMinutes(1);
    return new TtlClass(
        name,
        timeToLive,
        timeToLive.compareTo(minute) < 0 ? timeToLive : minute,
        0.1,
        1,
        Duration.ZERO,
        minute,
        WhenBehind.shorten(Duration.ofMinutes(5)),
        Duration.ofSeconds(5));
  }

  /** Whether values are cached at all. */
  public boolean cached() {
    return !timeToLive.isZero();
  }

  /** The same with another time to live for what does not exist; zero: absence is not cached. */
  public TtlClass withAbsentTimeToLive(Duration value) {
    return new TtlClass(
        name, timeToLive, value, jitter, earliness, staleFor, behindAfter, whenBehind, lease);
  }

  /** The same with another share of jitter. */
  public TtlClass withJitter(double value) {
    return new TtlClass(
        name,
        timeToLive,
        absentTimeToLive,
        value,
        earliness,
        staleFor,
        behindAfter,
        whenBehind,
        lease);
  }

  /** The same, reloading earlier or later. */
  public TtlClass withEarliness(double value) {
    return new TtlClass(
        name,
        timeToLive,
        absentTimeToLive,
        jitter,
        value,
        staleFor,
        behindAfter,
        whenBehind,
        lease);
  }

  /** The same, serving stale values for at most this long while one reload runs. */
  public TtlClass withStaleFor(Duration value) {
    return new TtlClass(
        name,
        timeToLive,
        absentTimeToLive,
        jitter,
        earliness,
        value,
        behindAfter,
        whenBehind,
        lease);
  }

  /** The same with another limit for the age of the newest heartbeat. */
  public TtlClass withBehindAfter(Duration value) {
    return new TtlClass(
        name, timeToLive, absentTimeToLive, jitter, earliness, staleFor, value, whenBehind, lease);
  }

  /** The same, behaving like this when changes are not being applied. */
  public TtlClass withWhenBehind(WhenBehind value) {
    return new TtlClass(
        name, timeToLive, absentTimeToLive, jitter, earliness, staleFor, behindAfter, value, lease);
  }

  /** The same with another bound of the lease. */
  public TtlClass withLease(Duration value) {
    return new TtlClass(
        name,
        timeToLive,
        absentTimeToLive,
        jitter,
        earliness,
        staleFor,
        behindAfter,
        whenBehind,
        value);
  }
}

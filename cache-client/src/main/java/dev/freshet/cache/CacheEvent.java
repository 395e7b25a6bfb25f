package dev.freshet.cache;

import java.time.Duration;

/**
 * What one read did, for the application to forward. Told on the thread of the read, so handlers
 * must be quick.
 */
public sealed interface CacheEvent {

  /** The key that was read. */
  String key();

  /** The name of its TTL class. */
  String ttlClass();

  /** Where a value was found. */
  enum Tier {
    /** In this process. */
    NEAR,
    /** In Redis. */
    FAR
  }

  /**
   * A value was found.
   *
   * @param age since its load began
   * @param stale whether it was served although invalidated or past its time to live
   */
  record Hit(String key, String ttlClass, Tier tier, Duration age, boolean stale)
      implements CacheEvent {}

  /**
   * A value was loaded.
   *
   * @param took the load alone
   * @param outcome what became of the fill: {@code stored}, a reason of {@link
   *     Filled.Refused#reason}, {@code no-fence}, {@code own-writes}, {@code no-heartbeat}, {@code
   *     not-cached}, {@code codec}, {@code too-many-tags} or {@code redis}
   */
  record Load(String key, String ttlClass, Duration took, String outcome) implements CacheEvent {}

  /** A load failed. */
  record Failure(String key, String ttlClass, Duration took, Throwable cause)
      implements CacheEvent {}
}

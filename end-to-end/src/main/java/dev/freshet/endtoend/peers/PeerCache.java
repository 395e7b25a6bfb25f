package dev.freshet.endtoend.peers;

import dev.freshet.events.Lsn;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * A cache that is filled by whoever missed, and told by the database's log what became stale.
 *
 * <p>A reader calls {@link #get}; when nothing is there {@link #miss}, then loads on the connection
 * it named, then {@link #fill}. Invalidations come through {@link #invalidate}, usually from a
 * {@link PeerFeed}. A key is its own and only tag.
 *
 * <p>Thread-safe. Errors of Redis come through as Lettuce throws them; a fill or an invalidation
 * that failed may be repeated.
 */
public sealed interface PeerCache permits LeaseCache, LsnCache {

  /** The cached value. */
  Optional<String> get(String key);

  /**
   * What entitles a reader to {@link #fill}; empty when another reader loads the key now: then this
   * one may load for itself, but not store. To be taken before the load's reads.
   *
   * @param loading the connection the value will be read on
   */
  Optional<Miss> miss(String key, Connection loading) throws SQLException;

  /**
   * Stores a loaded value unless the design knows of a later change.
   *
   * @param timeToLive at least 1 ms
   * @return whether it is in the cache now
   */
  boolean fill(Miss miss, String value, Duration timeToLive);

  /**
   * A change of the key was committed: its value is gone when this returns. Duplicates and any
   * order are harmless.
   *
   * @param position in the log, at or behind the end of the change's commit record
   */
  void invalidate(String key, Lsn position);

  /**
   * A reader's right to fill.
   *
   * @param token the cache's own; nothing for others to read
   */
  record Miss(String key, String token) {}
}

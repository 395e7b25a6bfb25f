package dev.freshet.endtoend.consistency;

import dev.freshet.cache.FreshCache;
import dev.freshet.runtime.Sink;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** A way to keep a cache in Redis fresh, as the check drives it. */
interface Variant {

  /** What the result calls it. */
  String name();

  /**
   * Whether it is promised that no fault does harm. The others meet only those faults that their
   * designs answer for: what they are compared by is the order of commits, loads and fills.
   */
  boolean promisesAll();

  /**
   * A side of the cache, connected to the Redis of a run.
   *
   * @param xidOffset to be added to each transaction id of the database
   */
  Side open(Surroundings surroundings, long xidOffset);

  /** Both sides of the cache: who fills it and who deletes from it. */
  interface Side extends AutoCloseable {

    Cache cache();

    /**
     * The library as applications embed it, with a cache in the process; if the variant has one.
     */
    default Optional<FreshCache> library() {
      return Optional.empty();
    }

    /** A new sink; the caller closes it. */
    Sink openSink();

    @Override
    void close();
  }

  /** What an application sees. Thread-safe; errors come through as Lettuce throws them. */
  interface Cache {

    Optional<String> get(Subject subject);

    /** Begins a load after a miss. */
    Attempt begin(Subject subject);
  }

  /** A load, from the miss to the fill. For one thread. */
  interface Attempt {

    /** Takes what a fill needs, for everything that is read on this connection from now on. */
    void fence(Connection connection) throws SQLException;

    /** The same attempt for another subject, which must share the tags of this one. */
    Attempt with(Subject other);

    /** Stores a value, or does not: a reason in one word, or {@code stored}. */
    String fill(String value, Duration timeToLive);

    /** What the fence was, for a trace. */
    String told();
  }

  /** What {@link Attempt#fill} says when the value is in the cache. */
  String STORED = "stored";
}

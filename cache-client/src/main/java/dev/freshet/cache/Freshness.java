package dev.freshet.cache;

import java.time.InstantSource;
import java.util.Optional;

/** How far behind the applied changes are, and what may be served for all that. Thread-safe. */
record Freshness(Feed feed, InstantSource clock) {

  /**
   * The age of the newest heartbeat applied, ms; {@link Long#MAX_VALUE} before the first. As exact
   * as the clocks of this process and the database agree.
   */
  long behindMillis(int bucket) {
    Optional<FeedHeartbeat> newest = feed.heartbeat(bucket); // each read asks: no lambda, no box
    return newest.isPresent()
        ? Math.max(0, clock.millis() - newest.get().committedMicros() / 1000)
        : Long.MAX_VALUE;
  }

  /** That of the bucket that is furthest behind. */
  long behindMillis() {
    long most = 0;
    for (int bucket = 0; bucket < feed.layout().buckets(); bucket++) {
      most = Math.max(most, behindMillis(bucket));
    }
    return most;
  }

  /** How long ago a value may have been loaded to be served now, ms; negative: none may. */
  long oldestMillis(int bucket, TtlClass ttl) {
    return behindMillis(bucket) <= ttl.behindAfter().toMillis()
        ? Long.MAX_VALUE
        : ttl.whenBehind().oldestMillis();
  }
}

package dev.freshet.cache;

import java.util.List;

/** Hears what became stale. Called by the feed's one thread, which waits meanwhile. */
interface FeedListener {

  /** A stretch of the bucket's feed begins; the one before is over. */
  void begins(int bucket, Stretch stretch);

  /** Everything with one of these tags is stale. */
  void stale(int bucket, List<String> tags);

  /** Messages may have been missed: the stretch is over, everything of the bucket may be stale. */
  void over(int bucket);

  /** Called several times a second, whether or not there are messages. */
  default void tick() {}
}

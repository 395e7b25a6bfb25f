package dev.freshet.cache;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values in this process, as fresh as the feed. Thread-safe. */
interface NearCache<V> extends FeedListener {

  /**
   * The entry, when it may be served; it may be {@link NearEntry#stale}, and then someone should load
   * it again. Neither locks nor allocates.
   */
  @Nullable NearEntry<V> get(String key);

  /**
   * The entry even when its bucket is not trusted: it may be stale, but has not been so for longer
   * than this.
   */
  @Nullable NearEntry<V> getUntrusted(String key, Duration staleAtMost);

  /** To be taken before the GET or the FILL is sent whose value is put. */
  NearTicket ticket(int bucket);

  /**
   * Puts a value that was read from Redis, or stored there, after the ticket was taken.
   *
   * @param tags everything whose change makes it stale
   * @param weight in the unit of the cache's bound; at least 0
   * @param timeToLive from now
   * @param staleFor how long it may be served after one of its tags was invalidated; zero: not at all
   * @return whether it was; not when one of the tags was invalidated since the ticket was taken, or the
   *     bucket is not trusted
   */
  boolean put(
      NearTicket ticket,
      String key,
      V value,
      List<String> tags,
      int weight,
      Duration timeToLive,
      Duration staleFor);

  /** Forgets an entry: the caller knows that it is gone. */
  void remove(String key);
}

package dev.freshet.events;

import java.util.List;

/**
 * What the Redis sink did with one batch of invalidations.
 *
 * @param partition the partition of the invalidations topic
 * @param offset the next offset to apply: everything before it is applied
 * @param appliedMicros when Redis acknowledged, microseconds since 1970 by the sink's clock
 * @param oldestCommitMicros commit time of the oldest change in the batch; 0 when it had none
 * @param tags distinct tags applied
 * @param keysDeleted entries deleted
 * @param deletions which keys died, and why; at most {@link #MAX_DELETIONS} of them
 */
public record Applied(
    int partition,
    long offset,
    long appliedMicros,
    long oldestCommitMicros,
    int tags,
    long keysDeleted,
    List<Deletion> deletions) {

  /** How many deletions one record names; the rest is only counted. */
  public static final int MAX_DELETIONS = 64;

  public Applied {
    deletions = List.copyOf(deletions);
  }

  /**
   * One key that died.
   *
   * @param key the deleted Redis key
   * @param tag the tag through which it died; the key itself for a rule with {@code delete}
   * @param cause the row change
   */
  public record Deletion(String key, String tag, Invalidation.Cause cause) {}
}

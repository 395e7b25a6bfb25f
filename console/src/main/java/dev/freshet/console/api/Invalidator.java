package dev.freshet.console.api;

import java.util.Set;

/** Writes an administrator's invalidation to the topic; thread-safe. */
public interface Invalidator {

  /**
   * Returns when Kafka has it.
   *
   * @param tags what is stale; none for every entry there is
   * @param xid the transaction it counts as: entries loaded before it are stale
   * @return its position, {@code partition:offset}
   * @throws ProblemException when Kafka does not acknowledge in time
   */
  String clear(Set<String> tags, long xid, long nowMillis)
      throws ProblemException, InterruptedException;
}

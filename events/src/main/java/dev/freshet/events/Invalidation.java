package dev.freshet.events;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** What the invalidation stream says about caches. */
public sealed interface Invalidation {

  /**
   * Everything carrying one of these names is stale: the row change named by {@code cause} touched
   * it.
   *
   * @param tags tags of Freshet's own entries
   * @param keys plain Redis keys of another application's cache
   * @param tagSets Redis sets (or sorted sets) whose members are keys of another application's
   *     cache
   * @param cause the row change; its 32-bit transaction id is widened where a {@link Watermark} is
   *     known
   */
  record Stale(Set<String> tags, Set<String> keys, Set<String> tagSets, Cause cause)
      implements Invalidation {
    public Stale {
      tags = inOrder(tags);
      keys = inOrder(keys);
      tagSets = inOrder(tagSets);
    }

    /** As they came: the same change gives the same record, in every process. */
    private static Set<String> inOrder(Set<String> names) {
      return Collections.unmodifiableSet(new LinkedHashSet<>(names));
    }
  }

  /**
   * Every entry of the namespace is stale, and so is what is being loaded: somebody asked for it.
   * Keys of other applications' caches are not meant.
   */
  record Everything(Cause cause) implements Invalidation {}

  /** The row change behind an invalidation: its operation and where it comes from. */
  record Cause(char op, ChangeSource source) {

    private static final char ASKED = 'x';

    /**
     * No row change: somebody asked for it.
     *
     * @param by stands where a table would
     * @param xid the transaction it counts as; 0 where none is meant
     */
    public static Cause asked(TableName by, long xid) {
      return new Cause(ASKED, new ChangeSource(by, "", new Lsn(0), xid, 0));
    }
  }

  /**
   * A heartbeat that travelled behind every earlier change of its table's log.
   *
   * @param lsn where it stands in the write-ahead log
   * @param xid its own transaction, 64 bits
   * @param xmin every transaction below is finished, 64 bits
   * @param committedMicros commit time, microseconds since 1970
   */
  record Watermark(Lsn lsn, long xid, long xmin, long committedMicros) implements Invalidation {}
}

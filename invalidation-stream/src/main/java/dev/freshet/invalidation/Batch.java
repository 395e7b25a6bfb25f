package dev.freshet.invalidation;

import dev.freshet.events.Invalidation;
import dev.freshet.events.Xid;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Invalidations taken together: equal names collapse into one, with the newest transaction and its
 * cause. Used by one thread.
 */
final class Batch {

  /** A name that is stale, the newest transaction that made it so, and its cause. */
  static final class Name {
    private long lowXid;
    private Invalidation.Cause cause;

    Name(Invalidation.Cause cause) {
      this.cause = cause;
      this.lowXid = cause.source().xid();
    }

    Invalidation.Cause cause() {
      return cause;
    }

    /** The transaction's 64-bit id, given a reference near it. */
    long xid(long reference) {
      return Xid.widen(lowXid, reference);
    }

    private void also(Invalidation.Cause other) {
      long low = other.source().xid();
      if (Xid.isAfter(low, lowXid)) {
        lowXid = low;
      }
      cause = other;
    }
  }

  private final Map<String, Name> tags = new LinkedHashMap<>();
  private final Map<String, Name> keys = new LinkedHashMap<>();
  private final Map<String, Name> tagSets = new LinkedHashMap<>();
  private final Map<Integer, Long> nextOffsets = new TreeMap<>();
  private Invalidation.@Nullable Watermark watermark;
  private long oldestCommitMicros;
  private int changes;

  void add(Invalidation invalidation) {
    if (invalidation instanceof Invalidation.Watermark mark) {
      if (watermark == null || mark.lsn().compareTo(watermark.lsn()) > 0) {
        watermark = mark;
      }
    } else if (invalidation instanceof Invalidation.Stale stale) {
      changes++;
      stale.tags().forEach(tag -> merge(tags, tag, stale.cause()));
      stale.keys().forEach(key -> merge(keys, key, stale.cause()));
      stale.tagSets().forEach(set -> merge(tagSets, set, stale.cause()));
      long committed = stale.cause().source().committedMicros();
      if (committed > 0 && (oldestCommitMicros == 0 || committed < oldestCommitMicros)) {
        oldestCommitMicros = committed;
      }
    }
  }

  /** Says that the record at this offset is taken care of. */
  void consumed(int partition, long offset) {
    nextOffsets.merge(partition, offset + 1, Math::max);
  }

  private static void merge(Map<String, Name> names, String name, Invalidation.Cause cause) {
    Name known = names.get(name);
    if (known == null) {
      names.put(name, new Name(cause));
    } else {
      known.also(cause);
    }
  }

  Map<String, Name> tags() {
    return tags;
  }

  Map<String, Name> keys() {
    return keys;
  }

  Map<String, Name> tagSets() {
    return tagSets;
  }

  Map<Integer, Long> nextOffsets() {
    return nextOffsets;
  }

  Invalidation.@Nullable Watermark watermark() {
    return watermark;
  }

  /** Commit time of the oldest change in it, microseconds since 1970; 0 when there is none. */
  long oldestCommitMicros() {
    return oldestCommitMicros;
  }

  /** How many row changes came together. */
  int changes() {
    return changes;
  }
}

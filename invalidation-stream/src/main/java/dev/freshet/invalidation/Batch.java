package dev.freshet.invalidation;

import dev.freshet.events.Invalidation;
import dev.freshet.events.Xid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Invalidations taken together: equal names collapse into one, with the newest transaction and its
 * cause.
 *
 * <p>Tags may be taken out while the batch still grows. One that another transaction touches again
 * comes out once more, with the rest: twice at most, however often it is touched. A name keeps all
 * its transactions, because a load may have seen the newest and still miss an older one. Used by
 * one thread.
 */
final class Batch {

  /** A name that is stale, the transactions that made it so, and the newest one's cause. */
  static final class Name {
    private final String text;
    private long lowXid;
    private Invalidation.Cause cause;
    private Set<Long> olderXids = Set.of();
    private boolean taken;

    private Name(String text, Invalidation.Cause cause) {
      this.text = text;
      this.cause = cause;
      this.lowXid = cause.source().xid();
    }

    String text() {
      return text;
    }

    Invalidation.Cause cause() {
      return cause;
    }

    /** The newest transaction's 64-bit id, given a reference near it. */
    long xid(long reference) {
      return Xid.widen(lowXid, reference);
    }

    /** The others, by their low 32 bits. */
    Set<Long> olderXids() {
      return olderXids;
    }

    /** Returns false when the transaction is known already. */
    private boolean touchedBy(Invalidation.Cause other) {
      long low = other.source().xid();
      if (low == lowXid || olderXids.contains(low)) {
        return false;
      }
      if (olderXids.isEmpty()) {
        olderXids = new LinkedHashSet<>();
      }
      if (Xid.isAfter(low, lowXid)) {
        olderXids.add(lowXid);
        lowXid = low;
        cause = other;
      } else {
        olderXids.add(low);
      }
      return true;
    }
  }

  private final Map<String, Name> tags = new LinkedHashMap<>();
  private final Map<String, Name> keys = new LinkedHashMap<>();
  private final Map<String, Name> tagSets = new LinkedHashMap<>();
  private final Map<Integer, Long> nextOffsets = new TreeMap<>();
  private final Map<Integer, Invalidation.Watermark> watermarks = new TreeMap<>();
  private final List<Name> again = new ArrayList<>();
  private List<Name> fresh = new ArrayList<>();
  private long[] commits = new long[64];
  private long oldestCommitMicros;
  private int changes;

  void add(int partition, Invalidation invalidation) {
    if (invalidation instanceof Invalidation.Watermark mark) {
      watermarks.merge(partition, mark, (a, b) -> a.lsn().compareTo(b.lsn()) > 0 ? a : b);
    } else if (invalidation instanceof Invalidation.Stale stale) {
      changes++;
      stale.tags().forEach(tag -> touch(tag, stale.cause()));
      stale.keys().forEach(key -> keys.put(key, new Name(key, stale.cause())));
      stale.tagSets().forEach(set -> tagSets.put(set, new Name(set, stale.cause())));
      long committed = stale.cause().source().committedMicros();
      if (changes > commits.length) {
        commits = Arrays.copyOf(commits, 2 * commits.length);
      }
      commits[changes - 1] = committed;
      if (committed > 0 && (oldestCommitMicros == 0 || committed < oldestCommitMicros)) {
        oldestCommitMicros = committed;
      }
    }
  }

  private void touch(String tag, Invalidation.Cause cause) {
    Name known = tags.get(tag);
    if (known == null) {
      Name name = new Name(tag, cause);
      tags.put(tag, name);
      fresh.add(name);
    } else if (known.touchedBy(cause) && known.taken) {
      known.taken = false;
      again.add(known);
    }
  }

  /** Says that the record at this offset is taken care of. */
  void consumed(int partition, long offset) {
    nextOffsets.merge(partition, offset + 1, Math::max);
  }

  /** How many tags {@link #takeFresh} would give. */
  int fresh() {
    return fresh.size();
  }

  /** Tags that were not taken yet. */
  List<Name> takeFresh() {
    List<Name> taken = fresh;
    taken.forEach(name -> name.taken = true);
    fresh = new ArrayList<>();
    return taken;
  }

  /** What is left once the batch is complete: tags not taken yet, or touched since. */
  List<Name> takeRest() {
    List<Name> rest = takeFresh();
    rest.addAll(again);
    again.clear();
    return rest;
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

  /** The newest heartbeat of each partition that brought one. */
  Map<Integer, Invalidation.Watermark> watermarks() {
    return watermarks;
  }

  /** Commit time of the oldest change in it, microseconds since 1970; 0 when there is none. */
  long oldestCommitMicros() {
    return oldestCommitMicros;
  }

  /** Takes commit times, as many as the number says: microseconds since 1970, 0 when unknown. */
  interface Commits {
    void taken(long[] committedMicros, int n);
  }

  /** Shows when each change was committed. */
  void eachCommit(Commits commits) {
    commits.taken(this.commits, changes);
  }

  /** How many row changes came together. */
  int changes() {
    return changes;
  }
}

package dev.freshet.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What a local cache knows of one bucket: its stretch, which entries carry which tag, and which
 * tags became stale when. Thread-safe; readers of entries never come here.
 */
final class NearBucket<V> {

  private final Map<String, Set<NearEntry<V>>> index = new HashMap<>();
  private final NearStaleTags staleTags = new NearStaleTags();

  /**
   * Entries that left the cache, to be taken from the index by the next who holds the lock: the
   * cache tells while it holds a lock of its own. No longer than the cache is large, because what
   * enters the cache comes through here first.
   */
  private final Queue<NearEntry<V>> gone = new ConcurrentLinkedQueue<>();

  private Stretch stretch = Stretch.NONE;

  synchronized NearTicket ticket(int bucket) {
    return new NearTicket(bucket, stretch, staleTags.version());
  }

  synchronized void begin(Stretch next) {
    stretch = next;
  }

  synchronized void over() {
    stretch = Stretch.NONE;
  }

  /** Puts the entry into the index, unless it may be stale. */
  synchronized boolean accept(NearTicket ticket, NearEntry<V> entry, long nowNanos) {
    forgetGone();
    if (ticket.stretch() != stretch
        || !stretch.lasts(nowNanos)
        || staleTags.anySince(ticket.version(), entry.tags())) {
      return false;
    }
    for (String tag : entry.tags()) {
      index.computeIfAbsent(tag, none -> new HashSet<>(2)).add(entry);
    }
    return true;
  }

  /**
   * Marks all entries with one of these tags; those that outlive it stay in the index, because they
   * may still be told to go.
   *
   * @param gone whether nothing outlives it; what dies alone, by the tag of its key, never does
   * @return those that were not stale before, or not gone
   */
  synchronized List<NearEntry<V>> markStale(List<String> tags, long nowNanos, boolean gone) {
    forgetGone();
    staleTags.add(tags);
    List<NearEntry<V>> marked = new ArrayList<>();
    for (String tag : tags) {
      Set<NearEntry<V>> entries = index.get(tag);
      if (entries != null) {
        boolean dies = gone || Hints.isEntryTag(tag);
        for (NearEntry<V> entry : entries) {
          if (entry.markStale(nowNanos, dies)) {
            marked.add(entry);
          }
        }
        entries.removeIf(entry -> !entry.outlivesStaleness());
        if (entries.isEmpty()) {
          index.remove(tag);
        }
      }
    }
    return marked;
  }

  /** Its index may forget this entry. */
  void left(NearEntry<V> entry) {
    gone.add(entry);
  }

  private void forgetGone() {
    for (NearEntry<V> entry = gone.poll(); entry != null; entry = gone.poll()) {
      for (String tag : entry.tags()) {
        Set<NearEntry<V>> entries = index.get(tag);
        if (entries != null && entries.remove(entry) && entries.isEmpty()) {
          index.remove(tag);
        }
      }
    }
  }

  /** How many tags have entries; for tests. */
  synchronized int indexedTags() {
    forgetGone();
    return index.size();
  }
}

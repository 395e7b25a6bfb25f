package dev.freshet.console.model;

import dev.freshet.events.Applied;
import dev.freshet.events.Invalidation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The row changes that made something stale, the last {@value #MOST} of them, and the deaths of
 * keys, the last {@value #MOST_KEYS} keys; fewer where they are large. Thread-safe.
 */
public final class Feed {

  public static final int MOST = 10_000;
  static final int MOST_KEYS = 50_000;
  static final int MOST_TAGS = 50_000;

  /**
   * A row change that made something stale.
   *
   * @param number counts up from 1 while the console runs
   * @param partition of the invalidations topic
   * @param offset in it
   * @param millis when capture wrote it to Kafka
   */
  public record Entry(
      long number, int partition, long offset, long millis, Invalidation.Stale stale) {}

  /** The death of a key. */
  public record Death(Applied.Deletion deletion, long appliedMicros) {}

  private final Deque<Entry> entries = new ArrayDeque<>();
  private final long mostBytes;
  private final Coldest<String, Entry> byTag;
  private final Coldest<String, Death> byKey;
  private long bytes;
  private long newest;

  Feed(Memory memory) {
    this.mostBytes = memory.feed();
    // An entry that only one tag still refers to is kept whole: it counts in full for each.
    this.byTag =
        new Coldest<>(
            MOST_TAGS, memory.causes(), (tag, entry) -> Memory.of(tag) + Memory.of(entry.stale()));
    this.byKey =
        new Coldest<>(
            MOST_KEYS,
            memory.causes(),
            (key, death) -> Memory.of(key) + Memory.of(death.deletion()));
  }

  synchronized void stale(int partition, long offset, long millis, Invalidation.Stale stale) {
    Entry entry = new Entry(++newest, partition, offset, millis, stale);
    entries.addLast(entry);
    bytes += Memory.of(stale);
    while (entries.size() > MOST || (bytes > mostBytes && entries.size() > 1)) {
      bytes -= Memory.of(entries.removeFirst().stale());
    }
    for (String tag : names(stale)) {
      byTag.put(tag, entry);
    }
  }

  /** Everything an entry makes stale, in order. */
  public static Set<String> names(Invalidation.Stale stale) {
    TreeSet<String> names = new TreeSet<>(stale.tags());
    names.addAll(stale.keys());
    names.addAll(stale.tagSets());
    return names;
  }

  synchronized void deleted(Applied applied) {
    for (Applied.Deletion deletion : applied.deletions()) {
      Death death = new Death(deletion, applied.appliedMicros());
      byKey.put(shortKey(deletion.key()), death);
    }
  }

  /** The name under which an application knows a key of Freshet's cache; others are as they are. */
  public static String shortKey(String key) {
    int entry = key.indexOf("}:entry:");
    return entry < 0 ? key : key.substring(entry + 8);
  }

  /** About how many bytes the newest changes take. */
  synchronized long bytes() {
    return bytes;
  }

  /** About how many bytes the causes of keys and tags take. */
  synchronized long causeBytes() {
    return byTag.bytes() + byKey.bytes();
  }

  /** The number of the newest entry; 0 when there is none. */
  public synchronized long newest() {
    return newest;
  }

  /** Entries after a number, the newest first, at most {@code limit}. */
  public List<Entry> after(long number, int limit, Predicate<Entry> wanted) {
    return after(number, limit, false, wanted);
  }

  /** Entries after a number, at most {@code limit}: those at the end asked for. */
  public synchronized List<Entry> after(
      long number, int limit, boolean oldestFirst, Predicate<Entry> wanted) {
    List<Entry> found = new ArrayList<>();
    Iterator<Entry> all = oldestFirst ? entries.iterator() : entries.descendingIterator();
    while (all.hasNext() && found.size() < limit) {
      Entry entry = all.next();
      if (entry.number() > number && wanted.test(entry)) {
        found.add(entry);
      } else if (entry.number() <= number && !oldestFirst) {
        break;
      }
    }
    return found;
  }

  /** What last made a tag (or a key or a tag set of a rule) stale. */
  public synchronized Optional<Entry> lastOf(String tag) {
    return Optional.ofNullable(byTag.get(tag));
  }

  /** How a key died, by its full name or by the application's. */
  public synchronized Optional<Death> deathOf(String key) {
    Death death = byKey.get(shortKey(key));
    return Optional.ofNullable(death)
        .filter(known -> known.deletion().key().equals(key) || shortKey(key).equals(key));
  }
}

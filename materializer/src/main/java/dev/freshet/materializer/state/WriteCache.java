package dev.freshet.materializer.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The reads and writes of one batch in front of a {@link State}: what is read once is not read
 * again, what is written ten times is written once. It lives as long as the batch, so its size is
 * bounded by what the batch changes: a TRUNCATE, or a changed row that many rows join, is all of
 * it.
 */
public final class WriteCache implements State {

  /** Keys whose value has been read and not changed; an empty {@code Optional} is absence. */
  private final Map<Bytes, Optional<byte[]>> read = new HashMap<>();

  private final NavigableMap<Bytes, Optional<byte[]>> written = new TreeMap<>();
  private final State below;

  public WriteCache(State below) {
    this.below = below;
  }

  @Override
  public byte @Nullable [] get(Bytes key) {
    Optional<byte[]> known = written.get(key);
    if (known == null) {
      known = read.get(key);
    }
    if (known == null) {
      known = Optional.ofNullable(below.get(key));
      read.put(key, known);
    }
    return known.orElse(null);
  }

  @Override
  public void put(Bytes key, byte @Nullable [] value) {
    written.put(key, Optional.ofNullable(value));
  }

  @Override
  public List<Entry> first(Bytes from, Bytes to, int limit) {
    NavigableMap<Bytes, Optional<byte[]>> mine = written.subMap(from, true, to, false);
    if (mine.isEmpty()) {
      return below.first(from, to, limit);
    }
    List<Entry> found = new ArrayList<>();
    Bytes start = from;
    while (true) {
      List<Entry> page = below.first(start, to, limit);
      boolean end = page.size() < limit;
      Bytes stop = end ? to : OrderedKey.after(page.get(page.size() - 1).key());
      merge(mine.subMap(start, true, stop, false), page, found);
      if (end || found.size() >= limit) {
        return found.size() > limit ? found.subList(0, limit) : found;
      }
      start = stop;
    }
  }

  private static void merge(
      NavigableMap<Bytes, Optional<byte[]>> mine, List<Entry> page, List<Entry> found) {
    int next = 0;
    for (Map.Entry<Bytes, Optional<byte[]>> own : mine.entrySet()) {
      int order = -1;
      while (next < page.size() && (order = page.get(next).key().compareTo(own.getKey())) < 0) {
        found.add(page.get(next++));
      }
      if (next < page.size() && order == 0) {
        next++;
      }
      own.getValue().ifPresent(value -> found.add(new Entry(own.getKey(), value)));
    }
    found.addAll(page.subList(next, page.size()));
  }

  @Override
  public @Nullable Entry last(Bytes from, Bytes to) {
    NavigableMap<Bytes, Optional<byte[]>> mine = written.subMap(from, true, to, false);
    Entry ours = lastPresent(mine);
    Bytes stop = to;
    while (true) {
      Entry theirs = below.last(from, stop);
      if (theirs == null) {
        return ours;
      }
      if (ours != null && ours.key().compareTo(theirs.key()) >= 0) {
        return ours;
      }
      if (!written.containsKey(theirs.key())) {
        return theirs;
      }
      stop = theirs.key(); // removed by this batch: the one before it
    }
  }

  private static @Nullable Entry lastPresent(NavigableMap<Bytes, Optional<byte[]>> mine) {
    for (Map.Entry<Bytes, Optional<byte[]>> own : mine.descendingMap().entrySet()) {
      if (own.getValue().isPresent()) {
        return new Entry(own.getKey(), own.getValue().get());
      }
    }
    return null;
  }

  /** How many keys this batch has written so far. */
  public int size() {
    return written.size();
  }

  /** Hands down what is different from what was read, and forgets everything. */
  public void flush() {
    written.forEach(
        (key, value) -> {
          Optional<byte[]> before = read.get(key);
          if (before == null || !same(before, value)) {
            below.put(key, value.orElse(null));
          }
        });
    written.clear();
    read.clear();
  }

  private static boolean same(Optional<byte[]> one, Optional<byte[]> other) {
    return one.isPresent()
        ? other.isPresent() && Arrays.equals(one.get(), other.get())
        : other.isEmpty();
  }
}

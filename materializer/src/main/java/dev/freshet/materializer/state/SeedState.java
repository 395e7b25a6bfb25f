package dev.freshet.materializer.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The {@link State} of a view while it is seeded: what will not be read leaves at once, the rest
 * stays on the heap until {@link #finish}. A key begins with the number of its store, two bytes.
 * Not thread-safe.
 */
public final class SeedState implements State {

  private final BiConsumer<Bytes, byte[]> taker;
  private final Map<Bytes, byte[]> points = new HashMap<>();
  private final NavigableMap<Bytes, byte[]> ranges = new TreeMap<>();
  private Set<Integer> writtenOnce = Set.of();
  private Set<Integer> lookedUp = Set.of();

  /** A state that gives each of its entries away once. */
  public SeedState(BiConsumer<Bytes, byte[]> taker) {
    this.taker = taker;
  }

  /**
   * Says which stores are how; before the first entry.
   *
   * @param writtenOnce never read, and each key put once
   * @param lookedUp read by ranges
   */
  public void kinds(Set<Integer> writtenOnce, Set<Integer> lookedUp) {
    this.writtenOnce = Set.copyOf(writtenOnce);
    this.lookedUp = Set.copyOf(lookedUp);
  }

  private static int store(Bytes key) {
    return (key.get()[0] & 0xFF) << 8 | (key.get()[1] & 0xFF);
  }

  @Override
  public byte @Nullable [] get(Bytes key) {
    int store = store(key);
    return writtenOnce.contains(store) ? null : map(store).get(key);
  }

  private Map<Bytes, byte[]> map(int store) {
    return lookedUp.contains(store) ? ranges : points;
  }

  @Override
  public void put(Bytes key, byte @Nullable [] value) {
    int store = store(key);
    if (value == null) {
      map(store).remove(key);
    } else if (writtenOnce.contains(store)) {
      taker.accept(key, value);
    } else {
      map(store).put(key, value);
    }
  }

  private NavigableMap<Bytes, byte[]> range(Bytes from, Bytes to) {
    int store = store(from);
    if (writtenOnce.contains(store)) {
      return new TreeMap<>();
    }
    // The others are asked so once, when errors are told at the end.
    NavigableMap<Bytes, byte[]> all = lookedUp.contains(store) ? ranges : new TreeMap<>(points);
    return all.subMap(from, true, to, false);
  }

  @Override
  public List<Entry> first(Bytes from, Bytes to, int limit) {
    List<Entry> found = new ArrayList<>();
    for (Map.Entry<Bytes, byte[]> entry : range(from, to).entrySet()) {
      if (found.size() == limit) {
        break;
      }
      found.add(new Entry(entry.getKey(), entry.getValue()));
    }
    return found;
  }

  @Override
  public @Nullable Entry last(Bytes from, Bytes to) {
    Map.Entry<Bytes, byte[]> last = range(from, to).lastEntry();
    return last == null ? null : new Entry(last.getKey(), last.getValue());
  }

  /** Gives away what is left. */
  public void finish() {
    points.forEach(taker);
    points.clear();
    ranges.forEach(taker);
    ranges.clear();
  }
}

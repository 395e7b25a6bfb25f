package dev.freshet.materializer.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** A {@link State} on the heap. Not thread-safe. */
public final class HeapState implements State {

  private final NavigableMap<Bytes, byte[]> entries = new TreeMap<>();

  @Override
  public byte @Nullable [] get(Bytes key) {
    return entries.get(key);
  }

  @Override
  public void put(Bytes key, byte @Nullable [] value) {
    if (value == null) {
      entries.remove(key);
    } else {
      entries.put(key, value);
    }
  }

  @Override
  public List<Entry> first(Bytes from, Bytes to, int limit) {
    List<Entry> found = new ArrayList<>();
    for (Map.Entry<Bytes, byte[]> entry : entries.subMap(from, to).entrySet()) {
      if (found.size() == limit) {
        break;
      }
      found.add(new Entry(entry.getKey(), entry.getValue()));
    }
    return found;
  }

  @Override
  public @Nullable Entry last(Bytes from, Bytes to) {
    Map.Entry<Bytes, byte[]> last = entries.subMap(from, true, to, false).lastEntry();
    return last == null ? null : new Entry(last.getKey(), last.getValue());
  }

  /** How many entries it has. */
  public int size() {
    return entries.size();
  }

  /** Every entry, in order. */
  public void forEach(BiConsumer<Bytes, byte[]> taker) {
    entries.forEach(taker);
  }
}

package dev.freshet.console.model;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;

/** A map that keeps the entries used last, within a number and within bytes; not thread-safe. */
final class Coldest<K, V> {

  private final LinkedHashMap<K, V> entries = new LinkedHashMap<>(64, 0.75f, true);
  private final int most;
  private final long mostBytes;
  private final ToLongBiFunction<K, V> weight;
  private long bytes;

  /**
   * @param weight about the bytes of an entry; the same as long as it is in the map
   */
  Coldest(int most, long mostBytes, ToLongBiFunction<K, V> weight) {
    this.most = most;
    this.mostBytes = mostBytes;
    this.weight = weight;
  }

  @Nullable V get(K key) {
    return entries.get(key);
  }

  void put(K key, V value) {
    V before = entries.put(key, value);
    if (before != null) {
      bytes -= weight.applyAsLong(key, before);
    }
    bytes += weight.applyAsLong(key, value);
    Iterator<Map.Entry<K, V>> coldest = entries.entrySet().iterator();
    while ((entries.size() > most || bytes > mostBytes) && coldest.hasNext()) {
      Map.Entry<K, V> gone = coldest.next();
      bytes -= weight.applyAsLong(gone.getKey(), gone.getValue());
      coldest.remove();
    }
  }

  int size() {
    return entries.size();
  }

  long bytes() {
    return bytes;
  }

  Set<Map.Entry<K, V>> entries() {
    return entries.entrySet();
  }
}

package dev.freshet.console.model;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map that keeps the entries used last; not thread-safe. */
final class Coldest<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1L;

  private final int most;

  Coldest(int most) {
    super(64, 0.75f, true);
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}

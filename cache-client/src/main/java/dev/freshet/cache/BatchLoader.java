package dev.freshet.cache;

import java.util.Map;
import java.util.Set;

/** Loads several values at once. Where it runs is as with {@link Loader}. */
@FunctionalInterface
public interface BatchLoader<T> {

  /**
   * The values of these keys; a key that is not in the map is known not to exist.
   *
   * @param keys at least one
   * @param fills to be told the fence before the first read, and the tags of each key
   */
  Map<String, T> load(Set<String> keys, BatchFill fills) throws Exception;
}

package dev.freshet.cache;

import java.util.List;
import java.util.Optional;

/**
 * A decoded value as it goes through this process; shared by all who read it.
 *
 * @param value empty when it is known not to exist
 * @param loadedMillis when its load began, ms since 1970
 * @param loadMicros how long that took
 * @param freshMillis from then on it is to be loaded again
 * @param tags what it depends on
 * @param bytes encoded and packed
 */
record Held(
    Optional<?> value,
    ValueType<?> type,
    long loadedMillis,
    long loadMicros,
    long freshMillis,
    List<String> tags,
    int bytes) {

  long ageMillis(long nowMillis) {
    return Math.max(0, nowMillis - loadedMillis);
  }
}

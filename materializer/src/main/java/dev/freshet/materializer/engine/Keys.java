package dev.freshet.materializer.engine;

import dev.freshet.materializer.state.Encoder;
import dev.freshet.materializer.state.OrderedKey;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one store inside a view's state: all begin with the store's number.
 *
 * @param store 0 to 32767; a function of the plan alone, so the same after a restart
 */
record Keys(int store) {

  /** A key's beginning. */
  Encoder begin() {
    return new Encoder().write(store >>> 8).write(store);
  }

  /** Bytes before the store's own part of a key. */
  static final int PREFIX = 2;

  /** The key of these columns. */
  Bytes of(@Nullable Object[] row, int[] columns) {
    Encoder key = begin();
    OrderedKey.append(key, row, columns);
    return key.key();
  }

  /** These columns without the store's number before them. */
  static byte[] bytes(@Nullable Object[] row, int[] columns) {
    Encoder key = new Encoder();
    OrderedKey.append(key, row, columns);
    return key.bytes();
  }

  /** Whether one of these columns is NULL. */
  static boolean hasNull(@Nullable Object[] row, int[] columns) {
    for (int column : columns) {
      if (row[column] == null) {
        return true;
      }
    }
    return false;
  }

  static int[] array(List<Integer> columns) {
    return columns.stream().mapToInt(Integer::intValue).toArray();
  }
}

package dev.freshet.materializer.engine;

import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import dev.freshet.materializer.state.State;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Join key → how many rows a side has with it, so that a left join asks for one key whether there
 * is a partner, and not for a range.
 */
record KeyCounts(State state, Keys keys) {

  void add(@Nullable Object[] row, int[] columns, long weight) {
    Bytes key = keys.of(row, columns);
    long count = weight + count(key);
    state.put(key, count == 0 ? null : new Encoder().number(count).bytes());
  }

  boolean any(@Nullable Object[] row, int[] columns) {
    return count(keys.of(row, columns)) > 0;
  }

  private long count(Bytes key) {
    byte[] stored = state.get(key);
    return stored == null ? 0 : new Decoder(stored).number();
  }
}

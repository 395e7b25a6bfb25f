package dev.freshet.materializer.engine;

import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import dev.freshet.materializer.state.OrderedKey;
import dev.freshet.materializer.state.State;
import dev.freshet.materializer.state.WriteCache;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one side of a join: join key, whole row → how often it is there. The partners of a
 * key are one range, so a change of one side reads the other in order and not row by row.
 */
final class JoinIndex {

  /** Partners held in memory at once, however many a key has. */
  private static final int PAGE = 512;

  private final State state;
  private final Keys keys;
  private final int[] keyColumns;
  private final int width;

  JoinIndex(State state, Stores stores, int[] keyColumns, int width) {
    this.state = state;
    this.keys = stores.next();
    this.keyColumns = keyColumns;
    this.width = width;
  }

  /** The number of its store. */
  int store() {
    return keys.store();
  }

  /** Adds a row so many times. */
  void add(@Nullable Object[] row, long weight) {
    Bytes key = keys.begin().write(joinKey(row, keyColumns)).row(row).key();
    byte[] stored = state.get(key);
    long count = weight + (stored == null ? 0 : new Decoder(stored).number());
    state.put(key, count == 0 ? null : new Encoder().number(count).bytes());
  }

  static byte[] joinKey(@Nullable Object[] row, int[] columns) {
    Encoder key = new Encoder();
    OrderedKey.append(key, row, columns);
    return key.bytes();
  }

  boolean has(byte[] joinKey) {
    Bytes from = keys.begin().write(joinKey).key();
    return !state.first(from, OrderedKey.afterAll(from), 1).isEmpty();
  }

  /** Every row of this key with its count. The taker may write to other stores meanwhile. */
  void forEach(byte[] joinKey, Output taker) {
    Bytes prefix = keys.begin().write(joinKey).key();
    Bytes to = OrderedKey.afterAll(prefix);
    Bytes from = prefix;
    List<State.Entry> page;
    do {
      page = state.first(from, to, PAGE);
      for (State.Entry entry : page) {
        @Nullable Object[] row = new Decoder(entry.key().get(), prefix.get().length).row(width);
        taker.push(row, new Decoder(entry.value()).number());
      }
      if (!page.isEmpty()) {
        from = WriteCache.after(page.get(page.size() - 1).key());
      }
    } while (page.size() == PAGE);
  }
}

package dev.freshet.materializer.engine;

import dev.freshet.materializer.state.State;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A side whose rows come from the rows of one table: join key, that table's primary key → nothing.
 * The partners of a key are one range.
 *
 * <p>A changed row that keeps its join key changes nothing here, and is not even looked up.
 */
final class IndexedSide implements Side {

  private static final int MOST_PENDING = 4096;
  private static final byte[] PRESENT = {};

  private final State state;
  private final Keys keys;
  private final int[] joined;
  private final int[] primaryKey;
  private final Rows rows;
  private final @Nullable KeyCounts counts;
  private final Map<Bytes, Long> pending = new HashMap<>();
  private boolean growing;

  /**
   * A side of these rows.
   *
   * @param joined its columns in the join's condition
   * @param primaryKey where its rows have the table's primary key
   * @param counts for {@link #has}; {@code null} when nobody asks
   */
  IndexedSide(
      State state,
      Keys keys,
      List<Integer> joined,
      List<Integer> primaryKey,
      Rows rows,
      @Nullable KeyCounts counts) {
    this.state = state;
    this.keys = keys;
    this.joined = Keys.array(joined);
    this.primaryKey = Keys.array(primaryKey);
    this.rows = rows;
    this.counts = counts;
  }

  @Override
  public void add(@Nullable Object[] row, long weight) {
    Bytes key =
        keys.begin().write(Keys.bytes(row, joined)).write(Keys.bytes(row, primaryKey)).key();
    if (growing) {
      state.put(key, PRESENT);
    } else {
      pending.merge(key, weight, (before, more) -> before + more == 0 ? null : before + more);
    }
    if (counts != null) {
      counts.add(row, joined, weight);
    }
  }

  @Override
  public boolean has(@Nullable Object[] of, int[] columns) {
    if (counts == null) {
      throw new IllegalStateException("nobody counts the rows of this side");
    }
    return counts.any(of, columns);
  }

  @Override
  public void forEach(@Nullable Object[] of, int[] columns, Output taker) {
    drain();
    Bytes prefix = keys.of(of, columns);
    int joinKey = prefix.get().length;
    state.forEach(
        prefix,
        entry -> {
          byte[] key = entry.key().get();
          @Nullable Object[] row = rows.find(Arrays.copyOfRange(key, joinKey, key.length));
          if (row != null) {
            taker.push(row, 1);
          }
        });
  }

  /** From here on rows are only added, so nothing has to wait for its opposite. */
  void grow() {
    growing = true;
  }

  /** Keeps what is pending small; between two changes. */
  void trim() {
    if (pending.size() > MOST_PENDING) {
      drain();
    }
  }

  /**
   * Writes what is pending; between two changes. A row is there once or not at all then, so the
   * store need not be read.
   */
  void drain() {
    pending.forEach((key, weight) -> state.put(key, weight > 0 ? PRESENT : null));
    pending.clear();
  }
}

package dev.freshet.materializer.engine;

import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import dev.freshet.materializer.state.State;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A side whose rows cannot be had otherwise, such as groups: join key, identity → the row with its
 * count. The partners of a key are one range, or one entry when the key contains the identity.
 *
 * <p>A row that changes stays at its place, so the range does not fill up with removed entries.
 */
final class StoredSide implements Side {

  private final State state;
  private final Keys keys;
  private final int[] joined;
  private final int[] identity;
  private final boolean unique;
  private final int width;
  private final @Nullable KeyCounts counts;

  /**
   * A side of rows with so many columns.
   *
   * @param joined its columns in the join's condition
   * @param identity the columns that tell its rows apart; all of them when it is not known
   * @param counts for {@link #has} of a key that does not contain the identity; {@code null} when
   *     nobody asks
   */
  StoredSide(
      State state,
      Keys keys,
      List<Integer> joined,
      List<Integer> identity,
      int width,
      @Nullable KeyCounts counts) {
    this.state = state;
    this.keys = keys;
    this.joined = Keys.array(joined);
    this.unique = joined.containsAll(identity);
    this.identity = unique ? new int[0] : Keys.array(identity);
    this.width = width;
    this.counts = counts;
  }

  @Override
  public void add(@Nullable Object[] row, long weight) {
    Bytes key = keys.begin().write(Keys.bytes(row, joined)).write(Keys.bytes(row, identity)).key();
    byte[] added = new Encoder().row(row).bytes();
    byte[] stored = state.get(key);
    Encoder out = new Encoder();
    long count = weight;
    boolean empty = true;
    for (Decoder in = new Decoder(stored == null ? new byte[0] : stored); !in.atEnd(); ) {
      long other = in.number();
      byte[] there = in.sized();
      if (Arrays.equals(there, added)) {
        count += other;
      } else {
        out.number(other).sized(there);
        empty = false;
      }
    }
    if (count != 0) {
      out.number(count).sized(added);
      empty = false;
    }
    state.put(key, empty ? null : out.bytes());
    if (counts != null) {
      counts.add(row, joined, weight);
    }
  }

  @Override
  public boolean has(@Nullable Object[] of, int[] columns) {
    if (counts != null) {
      return counts.any(of, columns);
    }
    if (!unique) {
      throw new IllegalStateException("nobody counts the rows of this side");
    }
    return state.get(keys.of(of, columns)) != null;
  }

  @Override
  public void forEach(@Nullable Object[] of, int[] columns, Output taker) {
    Bytes prefix = keys.of(of, columns);
    if (unique) {
      tell(state.get(prefix), taker);
    } else {
      state.forEach(prefix, entry -> tell(entry.value(), taker));
    }
  }

  private void tell(byte @Nullable [] stored, Output taker) {
    for (Decoder in = new Decoder(stored == null ? new byte[0] : stored); !in.atEnd(); ) {
      long count = in.number();
      taker.push(new Decoder(in.sized()).row(width), count);
    }
  }
}

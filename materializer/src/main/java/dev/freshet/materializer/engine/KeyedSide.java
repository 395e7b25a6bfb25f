package dev.freshet.materializer.engine;

import dev.freshet.materializer.state.Encoder;
import dev.freshet.materializer.state.OrderedKey;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A side with a primary key among the join's columns: the table itself is the index, and nothing is
 * stored.
 */
final class KeyedSide implements Side {

  private final Rows rows;
  private final int[] joined;
  private final int[] keyPlaces;

  /**
   * A side of these rows.
   *
   * @param joined its columns in the join's condition
   * @param primaryKey where its rows have the table's primary key; all of them among the joined
   */
  KeyedSide(Rows rows, List<Integer> joined, List<Integer> primaryKey) {
    this.rows = rows;
    this.joined = Keys.array(joined);
    this.keyPlaces = primaryKey.stream().mapToInt(joined::indexOf).toArray();
  }

  @Override
  public void add(@Nullable Object[] row, long weight) {
    // The table has it.
  }

  @Override
  public boolean has(@Nullable Object[] of, int[] columns) {
    return find(of, columns) != null;
  }

  @Override
  public void forEach(@Nullable Object[] of, int[] columns, Output taker) {
    @Nullable Object[] found = find(of, columns);
    if (found != null) {
      taker.push(found, 1);
    }
  }

  private @Nullable Object @Nullable [] find(@Nullable Object[] of, int[] columns) {
    Encoder key = new Encoder();
    for (int place : keyPlaces) {
      OrderedKey.append(key, of[columns[place]]);
    }
    @Nullable Object[] found = rows.find(key.bytes());
    boolean same =
        found != null
            && (keyPlaces.length == joined.length
                || Arrays.equals(Keys.bytes(found, joined), Keys.bytes(of, columns)));
    return same ? found : null;
  }
}

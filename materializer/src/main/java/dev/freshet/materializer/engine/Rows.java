package dev.freshet.materializer.engine;

import org.jspecify.annotations.Nullable;

/**
 * The rows of a node each of which comes from one row of one table: not stored, but computed again
 * from what that table and those it looks up hold. So a join remembers the keys of such rows and
 * not the rows.
 *
 * <p>To be asked between two changes: while a change is on its way up, what is below may be old or
 * new already.
 */
@FunctionalInterface
interface Rows {

  /**
   * The row that comes from this row of the table; {@code null} when there is none.
   *
   * @param primaryKey of the table, encoded as an {@link dev.freshet.materializer.state.OrderedKey}
   */
  @Nullable Object @Nullable [] find(byte[] primaryKey);
}

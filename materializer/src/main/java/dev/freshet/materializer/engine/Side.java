package dev.freshet.materializer.engine;

import org.jspecify.annotations.Nullable;

/**
 * The rows of one side of a join, found by a row of the other side. Columns in which the two sides
 * are equal are given in the order of the join's condition; none of them is NULL.
 */
interface Side {

  /** Adds a row so many times. */
  void add(@Nullable Object[] row, long weight);

  /**
   * Whether there is a row with the values that these columns of another row have. While a change
   * of this side is told: before the change when a row is added, after it when one goes.
   */
  boolean has(@Nullable Object[] of, int[] columns);

  /**
   * Every such row with its count. The taker may write to other stores meanwhile.
   *
   * @param of a row of the other side
   */
  void forEach(@Nullable Object[] of, int[] columns, Output taker);
}

package dev.freshet.materializer.plan;

/**
 * One aggregate of an {@link Aggregate}.
 *
 * @param distinct whether equal values count once; only for COUNT, SUM and AVG, because it changes
 *     nothing for the others
 * @param argument the input column it reads; {@link #NONE} for COUNT_ROWS
 * @param filter the boolean input column that must be true for a row to count; {@link #NONE}
 *     without FILTER
 * @param argumentType type of the argument; the result's own for COUNT_ROWS
 */
public record AggregateCall(
    AggregateFunction function,
    boolean distinct,
    int argument,
    int filter,
    PgType argumentType,
    PgType type) {

  /** No such column. */
  public static final int NONE = -1;

  /** Whether the result can be NULL for a group with rows. */
  public boolean nullable() {
    return function != AggregateFunction.COUNT && function != AggregateFunction.COUNT_ROWS;
  }

  @Override
  public String toString() {
    String what = argument == NONE ? "*" : "$" + argument;
    return function.sql()
        + "("
        + (distinct ? "distinct " : "")
        + what
        + ")"
        + (filter == NONE ? "" : " filter $" + filter);
  }
}

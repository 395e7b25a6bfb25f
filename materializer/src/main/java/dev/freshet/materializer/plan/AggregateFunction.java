package dev.freshet.materializer.plan;

/** The aggregates a view can keep up to date. All but COUNT_ROWS skip NULL arguments. */
public enum AggregateFunction {
  /** {@code count(*)}: rows. int8. */
  COUNT_ROWS("count"),
  /** {@code count(x)}: values that are not NULL. int8. */
  COUNT("count"),
  /**
   * Of int2 and int4: int8. Of int8 and numeric: numeric, whose scale is the largest scale among
   * the present values. Of float8: float8. NULL without values.
   */
  SUM("sum"),
  /**
   * Of integers and numeric: numeric, the sum divided by the count with Postgres's scale for
   * numeric division. Of float8: float8. NULL without values.
   */
  AVG("avg"),
  /** The least value in the order of {@code expression.Order}. NULL without values. */
  MIN("min"),
  /** The greatest value, likewise. */
  MAX("max"),
  BOOL_AND("bool_and"),
  BOOL_OR("bool_or");

  private final String sql;

  AggregateFunction(String sql) {
    this.sql = sql;
  }

  /** The name in SQL. */
  public String sql() {
    return sql;
  }
}

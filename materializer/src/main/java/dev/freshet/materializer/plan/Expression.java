package dev.freshet.materializer.plan;

import org.jspecify.annotations.Nullable;

/**
 * A typed expression over a row, with Postgres's semantics.
 *
 * <p>Immutable, thread-safe, deterministic. {@code toString} is its normalised text, with input
 * columns as {@code $0}; two expressions with equal texts compute the same.
 */
public interface Expression {

  /**
   * The value for this row, of the class that {@link PgType.Kind#valueClass} names; {@code null} is
   * SQL NULL. Never writes to the row.
   *
   * @throws EvaluationException where Postgres raises an error
   */
  @Nullable Object eval(@Nullable Object[] row);

  PgType type();
}

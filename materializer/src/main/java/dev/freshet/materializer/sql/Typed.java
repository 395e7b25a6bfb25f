package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Constant;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType;
import org.jspecify.annotations.Nullable;

/**
 * An expression as the analysis knows it.
 *
 * @param codePointOrder whether its text is ordered by code point
 */
record Typed(Expression expression, boolean codePointOrder) {

  /** What is already refused: whatever holds it is not complained about again. */
  static final Typed BROKEN = new Typed(Nothing.NOTHING, true);

  boolean isBroken() {
    return expression instanceof Nothing;
  }

  /** Stands for an expression that was refused. */
  private enum Nothing implements Expression {
    NOTHING;

    @Override
    public @Nullable Object eval(@Nullable Object[] row) {
      throw new IllegalStateException("a refused expression has no value");
    }

    @Override
    public PgType type() {
      return PgType.TEXT;
    }
  }

  PgType type() {
    return expression.type();
  }

  PgType.Kind kind() {
    return expression.type().kind();
  }

  /** A quoted text or NULL whose type is still open. */
  boolean isUntyped() {
    return expression instanceof Constant constant && constant.untyped();
  }
}

package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType;
import java.util.List;

/** A test that is never NULL: {@code IS NULL}, {@code IS TRUE}, {@code IS DISTINCT FROM}. */
public record Test(Kind kind, List<Expression> operands) implements Tree {

  /** What is tested. */
  public enum Kind {
    IS_NULL,
    IS_NOT_NULL,
    IS_TRUE,
    IS_NOT_TRUE,
    IS_FALSE,
    IS_NOT_FALSE,
    IS_DISTINCT,
    IS_NOT_DISTINCT
  }

  public Test {
    operands = List.copyOf(operands);
  }

  @Override
  public Object eval(@org.jspecify.annotations.Nullable Object[] row) {
    Object value = operands.get(0).eval(row);
    return switch (kind) {
      case IS_NULL -> value == null;
      case IS_NOT_NULL -> value != null;
      case IS_TRUE -> Boolean.TRUE.equals(value);
      case IS_NOT_TRUE -> !Boolean.TRUE.equals(value);
      case IS_FALSE -> Boolean.FALSE.equals(value);
      case IS_NOT_FALSE -> !Boolean.FALSE.equals(value);
      case IS_DISTINCT -> !Order.same(value, operands.get(1).eval(row));
      case IS_NOT_DISTINCT -> Order.same(value, operands.get(1).eval(row));
    };
  }

  @Override
  public PgType type() {
    return PgType.BOOL;
  }

  @Override
  public List<Expression> children() {
    return operands;
  }

  @Override
  public Expression with(List<Expression> children) {
    return new Test(kind, children);
  }

  @Override
  public boolean nullable(List<Column> columns) {
    return false;
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(java.util.Locale.ROOT) + operands;
  }
}

package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One of several values of one type; only what is needed is evaluated. */
public record Choice(Kind kind, PgType type, List<Expression> operands) implements Tree {

  /** How the value is chosen. */
  public enum Kind {
    /** Condition, value, condition, value …, the value otherwise. */
    CASE,
    /** The first that is not NULL. */
    COALESCE,
    /** The first, unless the second (a boolean) is true: then NULL. */
    NULLIF,
    GREATEST,
    LEAST
  }

  public Choice {
    operands = List.copyOf(operands);
  }

  @Override
  public @Nullable Object eval(@Nullable Object[] row) {
    return switch (kind) {
      case CASE -> branch(row);
      case COALESCE -> present(row);
      case NULLIF ->
          Boolean.TRUE.equals(operands.get(1).eval(row)) ? null : operands.get(0).eval(row);
      case GREATEST -> extreme(row, 1);
      case LEAST -> extreme(row, -1);
    };
  }

  private @Nullable Object branch(@Nullable Object[] row) {
    int i = 0;
    for (; i + 1 < operands.size(); i += 2) {
      if (Boolean.TRUE.equals(operands.get(i).eval(row))) {
        return operands.get(i + 1).eval(row);
      }
    }
    return operands.get(i).eval(row);
  }

  private @Nullable Object present(@Nullable Object[] row) {
    for (Expression operand : operands) {
      Object value = operand.eval(row);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  private @Nullable Object extreme(@Nullable Object[] row, int sign) {
    Object best = null;
    for (Expression operand : operands) {
      Object value = operand.eval(row);
      if (value != null && (best == null || Order.INSTANCE.compare(value, best) * sign > 0)) {
        best = value;
      }
    }
    return best;
  }

  @Override
  public List<Expression> children() {
    return operands;
  }

  @Override
  public Expression with(List<Expression> children) {
    return new Choice(kind, type, children);
  }

  @Override
  public boolean nullable(List<Column> columns) {
    return switch (kind) {
      case CASE -> {
        boolean any = Tree.nullable(operands.get(operands.size() - 1), columns);
        for (int i = 1; i < operands.size(); i += 2) {
          any |= Tree.nullable(operands.get(i), columns);
        }
        yield any;
      }
      case NULLIF -> true;
      case COALESCE, GREATEST, LEAST ->
          operands.stream().allMatch(operand -> Tree.nullable(operand, columns));
    };
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT)
        + "("
        + String.join(", ", operands.stream().map(Object::toString).toList())
        + ")";
  }
}

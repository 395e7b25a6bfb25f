package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * AND or OR in three-valued logic. Operands are evaluated left to right until the result is known,
 * so that {@code b <> 0 AND a / b > 1} raises nothing.
 *
 * @param decisive the value that decides: false for AND, true for OR
 */
public record Condition(boolean decisive, List<Expression> operands) implements Tree {

  public Condition {
    operands = List.copyOf(operands);
  }

  @Override
  public @Nullable Object eval(@Nullable Object[] row) {
    boolean unknown = false;
    for (Expression operand : operands) {
      Object value = operand.eval(row);
      if (value == null) {
        unknown = true;
      } else if ((Boolean) value == decisive) {
        return decisive;
      }
    }
    return unknown ? null : (Boolean) !decisive;
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
    return new Condition(decisive, children);
  }

  @Override
  public boolean nullable(List<Column> columns) {
    return operands.stream().anyMatch(operand -> Tree.nullable(operand, columns));
  }

  @Override
  public String toString() {
    String word = decisive ? " or " : " and ";
    return "(" + String.join(word, operands.stream().map(Object::toString).toList()) + ")";
  }
}

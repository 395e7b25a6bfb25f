package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Expression;
import java.util.List;
import java.util.function.Function;

/** An expression whose parts can be seen and exchanged: what the compiler rewrites. */
public interface Tree extends Expression {

  List<Expression> children();

  /** The same expression over other children, as many and of the same types. */
  Expression with(List<Expression> children);

  /** Whether it can be NULL over a row of these columns. */
  boolean nullable(List<Column> columns);

  /** Whether this expression can be NULL over a row of these columns. */
  static boolean nullable(Expression expression, List<Column> columns) {
    return !(expression instanceof Tree tree) || tree.nullable(columns);
  }

  /** The expression with each input column replaced. */
  static Expression replaceInputs(Expression expression, Function<Input, Expression> replacement) {
    if (expression instanceof Input input) {
      return replacement.apply(input);
    }
    if (!(expression instanceof Tree tree) || tree.children().isEmpty()) {
      return expression;
    }
    return tree.with(
        tree.children().stream().map(child -> replaceInputs(child, replacement)).toList());
  }
}

package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Condition;
import dev.freshet.materializer.expression.Input;
import dev.freshet.materializer.expression.Tree;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.sql.parse.Position;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** One of the conditions that all must hold. */
record Conjunct(Expression expression, Position at) {

  /** The parts of nested ANDs, in order. */
  static List<Expression> split(Expression condition) {
    if (condition instanceof Condition and && !and.decisive()) {
      List<Expression> parts = new ArrayList<>();
      and.operands().forEach(operand -> parts.addAll(split(operand)));
      return parts;
    }
    return List.of(condition);
  }

  /** All conditions as one. */
  static Expression join(List<Expression> conditions) {
    return conditions.size() == 1 ? conditions.get(0) : new Condition(false, conditions);
  }

  /** The columns an expression reads. */
  static BitSet inputs(Expression expression) {
    BitSet inputs = new BitSet();
    collect(expression, inputs);
    return inputs;
  }

  private static void collect(Expression expression, BitSet inputs) {
    if (expression instanceof Input input) {
      inputs.set(input.index());
    } else if (expression instanceof Tree tree) {
      tree.children().forEach(child -> collect(child, inputs));
    }
  }

  /**
   * Whether an expression reads only columns from {@code from} up to, not including, {@code to}.
   */
  static boolean within(Expression expression, int from, int to) {
    BitSet inputs = inputs(expression);
    return inputs.isEmpty() || (inputs.nextSetBit(0) >= from && inputs.length() <= to);
  }

  /** The expression over a row in which every column stands so many places further left. */
  static Expression shifted(Expression expression, int left) {
    return left == 0
        ? expression
        : Tree.replaceInputs(expression, input -> new Input(input.index() - left, input.type()));
  }
}

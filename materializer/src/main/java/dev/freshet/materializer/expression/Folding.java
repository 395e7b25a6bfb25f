package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Postgres knows before it reads a row: an expression of constants is a constant, unless its
 * value depends on the session's settings.
 */
final class Folding {

  private static final @Nullable Object[] NO_ROW = {};

  private Folding() {}

  /** Whether it is NULL whatever the row is, and Postgres knows that when it plans. */
  static boolean isNull(Expression expression) {
    if (expression instanceof Call call && call.isAbsent()) {
      return true;
    }
    if (!isConstant(expression)) {
      return false;
    }
    try {
      return expression.eval(NO_ROW) == null;
    } catch (EvaluationException raisesForEachRow) {
      return false;
    }
  }

  private static boolean isConstant(Expression expression) {
    if (expression instanceof Constant) {
      return true;
    }
    return expression instanceof Tree tree
        && !tree.children().isEmpty()
        && !(tree instanceof Call call && dependsOnSession(call))
        && tree.children().stream().allMatch(Folding::isConstant);
  }

  /** Whether it reads the time zone, or writes or reads a time in the session's style. */
  private static boolean dependsOnSession(Call call) {
    List<Expression> arguments = call.children();
    return isOf(call, Kind.TIMESTAMPTZ)
        || arguments.stream().anyMatch(argument -> isOf(argument, Kind.TIMESTAMPTZ))
        || (call.type().kind().isText() && arguments.stream().anyMatch(Folding::isTime))
        || (isTime(call) && call.isConversion() && arguments.get(0).type().kind().isText());
  }

  private static boolean isTime(Expression expression) {
    return isOf(expression, Kind.DATE) || isOf(expression, Kind.TIMESTAMP);
  }

  private static boolean isOf(Expression expression, Kind kind) {
    return expression.type().kind() == kind;
  }
}

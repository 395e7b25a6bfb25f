package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value that stands in the SQL.
 *
 * @param untyped whether it is a quoted text or NULL whose type its surroundings decide; its type
 *     is text until then
 */
public record Constant(@Nullable Object value, PgType type, boolean untyped) implements Tree {

  public static Constant of(@Nullable Object value, PgType type) {
    return new Constant(value, type, false);
  }

  @Override
  public @Nullable Object eval(@Nullable Object[] row) {
    return value;
  }

  @Override
  public List<Expression> children() {
    return List.of();
  }

  @Override
  public Expression with(List<Expression> children) {
    return this;
  }

  @Override
  public boolean nullable(List<Column> columns) {
    return value == null;
  }

  @Override
  public String toString() {
    if (value == null) {
      return "null::" + type;
    }
    String text = value.toString();
    return value instanceof Boolean
        ? text
        : "'" + text.replace("'", "''") + "'" + (type.equals(PgType.TEXT) ? "" : "::" + type);
  }
}

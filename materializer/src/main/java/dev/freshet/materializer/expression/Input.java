package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A column of the row. */
public record Input(int index, PgType type) implements Tree {

  @Override
  public @Nullable Object eval(@Nullable Object[] row) {
    return row[index];
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
    return columns.get(index).nullable();
  }

  @Override
  public String toString() {
    return "$" + index;
  }
}

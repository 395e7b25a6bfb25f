package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Tree;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The n-th aggregate of a SELECT, before there is a row with its result. */
record AggregateRef(int index, PgType type) implements Tree {

  @Override
  public @Nullable Object eval(@Nullable Object[] row) {
    throw new IllegalStateException("aggregate " + index + " was not replaced");
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
    return true;
  }

  @Override
  public String toString() {
    return "aggregate#" + index;
  }
}

package dev.freshet.materializer.plan;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of rows whose key columns are equal: the left row's columns, then the right row's.
 *
 * <p>A NULL in a key joins nothing. With {@link Kind#LEFT} a left row without partner appears once
 * with NULLs on the right.
 *
 * @param leftKeys at least one; the n-th equals the n-th of {@code rightKeys}, and both have the
 *     same kind of type
 * @param residual a further condition over the joined row, of an inner join alone; {@code null}
 *     without
 */
public record Join(
    Node left,
    Node right,
    List<Integer> leftKeys,
    List<Integer> rightKeys,
    Kind kind,
    @Nullable Expression residual)
    implements Node {

  /** Which rows without partner remain. */
  public enum Kind {
    INNER,
    LEFT
  }

  public Join {
    leftKeys = List.copyOf(leftKeys);
    rightKeys = List.copyOf(rightKeys);
    if (leftKeys.isEmpty() || leftKeys.size() != rightKeys.size()) {
      throw new IllegalArgumentException("join keys " + leftKeys + " and " + rightKeys);
    }
    if (kind == Kind.LEFT && residual != null) {
      throw new IllegalArgumentException("a left join has no residual condition");
    }
  }

  @Override
  public List<Column> columns() {
    List<Column> columns = new ArrayList<>(left.columns());
    for (Column column : right.columns()) {
      boolean nullable = column.nullable() || kind == Kind.LEFT;
      columns.add(new Column(column.name(), column.type(), nullable));
    }
    return columns;
  }

  @Override
  public List<Node> inputs() {
    return List.of(left, right);
  }

  @Override
  public String describe() {
    return (kind == Kind.LEFT ? "left join " : "join ")
        + leftKeys
        + " = "
        + rightKeys
        + (residual == null ? "" : " and " + residual);
  }
}

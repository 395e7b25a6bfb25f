package dev.freshet.materializer.engine;

import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.Join;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An inner or left join on equal keys. Bilinear: a delta of one side meets what the other side is
 * now, so the two sides may change in any order, also when they are the same table.
 */
final class Joining {

  private final JoinIndex left;
  private final JoinIndex right;
  private final int[] leftKeys;
  private final int[] rightKeys;
  private final int leftWidth;
  private final int width;
  private final boolean keepsLeft;
  private final @Nullable Expression residual;
  private final ErrorSet.Place errors;
  private final Output above;

  Joining(Join join, JoinIndex left, JoinIndex right, ErrorSet.Place errors, Output above) {
    this.left = left;
    this.right = right;
    this.leftKeys = Keys.array(join.leftKeys());
    this.rightKeys = Keys.array(join.rightKeys());
    this.leftWidth = join.left().columns().size();
    this.width = leftWidth + join.right().columns().size();
    this.keepsLeft = join.kind() == Join.Kind.LEFT;
    this.residual = join.residual();
    this.errors = errors;
    this.above = above;
  }

  void pushLeft(@Nullable Object[] row, long weight) {
    if (Keys.hasNull(row, leftKeys)) {
      if (keepsLeft) {
        above.push(joined(row, null), weight);
      }
      return;
    }
    byte[] key = JoinIndex.joinKey(row, leftKeys);
    if (keepsLeft && !right.has(key)) {
      above.push(joined(row, null), weight);
    } else {
      right.forEach(key, (partner, count) -> emit(row, partner, weight * count));
    }
    left.add(row, weight);
  }

  void pushRight(@Nullable Object[] row, long weight) {
    if (Keys.hasNull(row, rightKeys)) {
      return;
    }
    byte[] key = JoinIndex.joinKey(row, rightKeys);
    boolean had = keepsLeft && right.has(key);
    right.add(row, weight);
    boolean has = keepsLeft && right.has(key);
    left.forEach(
        key,
        (partner, count) -> {
          emit(partner, row, weight * count);
          if (had != has) {
            above.push(joined(partner, null), has ? -count : count);
          }
        });
  }

  private void emit(@Nullable Object[] leftRow, @Nullable Object[] rightRow, long weight) {
    @Nullable Object[] row = joined(leftRow, rightRow);
    if (residual != null) {
      try {
        if (!Boolean.TRUE.equals(residual.eval(row))) {
          return;
        }
      } catch (EvaluationException e) {
        errors.add(row, e.getMessage(), weight);
        return;
      }
    }
    above.push(row, weight);
  }

  private @Nullable Object[] joined(
      @Nullable Object[] leftRow, @Nullable Object @Nullable [] rightRow) {
    @Nullable Object[] row = Arrays.copyOf(leftRow, width);
    if (rightRow != null) {
      System.arraycopy(rightRow, 0, row, leftWidth, rightRow.length);
    }
    return row;
  }
}

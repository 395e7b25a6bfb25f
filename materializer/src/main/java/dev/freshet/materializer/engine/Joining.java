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

  private final int[] leftKeys;
  private final int[] rightKeys;
  private final int leftWidth;
  private final int width;
  private final boolean keepsLeft;
  private final @Nullable Expression residual;
  private final ErrorSet.Place errors;
  private final Output above;
  private Side left;
  private Side right;

  @SuppressWarnings(
      "NullAway.Init") // what is below is built with this above it; then come its sides
  Joining(Join join, ErrorSet.Place errors, Output above) {
    this.leftKeys = Keys.array(join.leftKeys());
    this.rightKeys = Keys.array(join.rightKeys());
    this.leftWidth = join.left().columns().size();
    this.width = leftWidth + join.right().columns().size();
    this.keepsLeft = join.kind() == Join.Kind.LEFT;
    this.residual = join.residual();
    this.errors = errors;
    this.above = above;
  }

  /** To be called before the first row. */
  void sides(Side left, Side right) {
    this.left = left;
    this.right = right;
  }

  void pushLeft(@Nullable Object[] row, long weight) {
    if (Keys.hasNull(row, leftKeys)) {
      if (keepsLeft) {
        above.push(joined(row, null), weight);
      }
      return;
    }
    if (keepsLeft && !right.has(row, leftKeys)) {
      above.push(joined(row, null), weight);
    } else {
      right.forEach(row, leftKeys, (partner, count) -> emit(row, partner, weight * count));
    }
    left.add(row, weight);
  }

  void pushRight(@Nullable Object[] row, long weight) {
    if (Keys.hasNull(row, rightKeys)) {
      return;
    }
    boolean had = keepsLeft && (weight < 0 || right.has(row, rightKeys));
    right.add(row, weight);
    boolean has = keepsLeft && (weight > 0 || right.has(row, rightKeys));
    left.forEach(
        row,
        rightKeys,
        (partner, count) -> {
          emit(partner, row, weight * count);
          if (had != has) {
            above.push(joined(partner, null), has ? -count : count);
          }
        });
  }

  private void emit(@Nullable Object[] leftRow, @Nullable Object[] rightRow, long weight) {
    @Nullable Object[] row = joined(leftRow, rightRow);
    try {
      if (passes(row)) {
        above.push(row, weight);
      }
    } catch (EvaluationException e) {
      errors.add(row, e.getMessage(), weight);
    }
  }

  private boolean passes(@Nullable Object[] row) {
    return residual == null || Boolean.TRUE.equals(residual.eval(row));
  }

  /** Its rows, when each row of the left side has one partner at most. */
  Rows withLeft(Rows rows) {
    return primaryKey -> {
      @Nullable Object[] row = rows.find(primaryKey);
      if (row == null) {
        return null;
      }
      @Nullable Object[] partner = Keys.hasNull(row, leftKeys) ? null : one(right, row, leftKeys);
      return partner != null ? checked(joined(row, partner)) : keepsLeft ? joined(row, null) : null;
    };
  }

  /** Its rows, when it is an inner join and each row of the right side has one partner at most. */
  Rows withRight(Rows rows) {
    return primaryKey -> {
      @Nullable Object[] row = rows.find(primaryKey);
      if (row == null || Keys.hasNull(row, rightKeys)) {
        return null;
      }
      @Nullable Object[] partner = one(left, row, rightKeys);
      return partner == null ? null : checked(joined(partner, row));
    };
  }

  private static @Nullable Object @Nullable [] one(
      Side side, @Nullable Object[] of, int[] columns) {
    @Nullable Object[][] found = new @Nullable Object[1][];
    side.forEach(of, columns, (partner, count) -> found[0] = partner);
    return found[0];
  }

  private @Nullable Object @Nullable [] checked(@Nullable Object[] row) {
    try {
      return passes(row) ? row : null;
    } catch (EvaluationException e) {
      return null; // it was told as an error
    }
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

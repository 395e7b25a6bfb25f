package dev.freshet.materializer.engine;

import dev.freshet.materializer.plan.AggregateCall;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * GROUP BY, and DISTINCT, which is one without aggregates.
 *
 * <p>Deltas only change accumulators; at the end of the batch each group that looks different gives
 * its old row back and its new row out, so a group that changed a thousand times is told once.
 */
final class Grouping implements Output {

  private final GroupStore groups;
  private final int[] keyColumns;
  private final List<AggregateCall> calls;
  private final ErrorSet.Place errors;
  private final Output above;

  Grouping(
      GroupStore groups,
      int[] keyColumns,
      List<AggregateCall> calls,
      ErrorSet.Place errors,
      Output above) {
    this.groups = groups;
    this.keyColumns = keyColumns;
    this.calls = calls;
    this.errors = errors;
    this.above = above;
  }

  @Override
  public void push(@Nullable Object[] row, long weight) {
    Group group = groups.of(row);
    group.count(row, keyColumns, weight);
    for (int i = 0; i < calls.size(); i++) {
      AggregateCall call = calls.get(i);
      if (call.filter() != AggregateCall.NONE && !Boolean.TRUE.equals(row[call.filter()])) {
        continue;
      }
      if (call.argument() == AggregateCall.NONE) {
        group.accumulator(i).add(null, weight);
      } else if (row[call.argument()] != null) {
        group.accumulator(i).add(row[call.argument()], weight);
      }
    }
  }

  /** Tells what the batch changed. */
  void settle() {
    if (keyColumns.length == 0 && groups.isNew()) {
      groups.of(new @Nullable Object[0]); // a global aggregate has a row before it has any input
    }
    for (Group group : groups.settle()) {
      Group.Shown before = group.before();
      Group.Shown now = group.now();
      if (same(before.row(), now.row()) && java.util.Objects.equals(before.error(), now.error())) {
        continue;
      }
      tell(group, now, 1);
      tell(group, before, -1);
    }
  }

  private void tell(Group group, Group.Shown shown, long weight) {
    if (shown.error() != null) {
      errors.add(group.key(), shown.error(), weight);
    }
    if (shown.row() != null) {
      above.push(shown.row(), weight);
    }
  }

  private static boolean same(@Nullable Object @Nullable [] a, @Nullable Object @Nullable [] b) {
    return Arrays.equals(a, b);
  }
}

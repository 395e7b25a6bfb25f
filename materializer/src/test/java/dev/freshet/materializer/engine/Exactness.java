package dev.freshet.materializer.engine;

import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.AggregateCall;
import dev.freshet.materializer.plan.AggregateFunction;
import dev.freshet.materializer.plan.Distinct;
import dev.freshet.materializer.plan.Filter;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.plan.UnionAll;
import java.util.Arrays;

/**
 * Which columns look the same whatever the order of the input: all but those that show one of
 * several equal values, as 1.0 and 1.00 are.
 */
final class Exactness {

  private Exactness() {}

  static boolean[] of(Node node) {
    boolean[] exact = new boolean[node.columns().size()];
    if (node instanceof Source) {
      Arrays.fill(exact, true);
    } else if (node instanceof Filter filter) {
      return of(filter.input());
    } else if (node instanceof Join join) {
      boolean[] left = of(join.left());
      boolean[] right = of(join.right());
      System.arraycopy(left, 0, exact, 0, left.length);
      System.arraycopy(right, 0, exact, left.length, right.length);
    } else if (node instanceof UnionAll union) {
      Arrays.fill(exact, true);
      for (Node input : union.inputs()) {
        boolean[] part = of(input);
        for (int i = 0; i < exact.length; i++) {
          exact[i] &= part[i];
        }
      }
    } else if (node instanceof Project project) {
      boolean[] below = of(project.input());
      for (int i = 0; i < exact.length; i++) {
        String text = project.expressions().get(i).toString();
        exact[i] = below[Integer.parseInt(text.replaceAll(".*\\$", ""))];
      }
    } else if (node instanceof Distinct) {
      for (int i = 0; i < exact.length; i++) {
        exact[i] = !varies(node, i);
      }
    } else if (node instanceof Aggregate aggregate) {
      boolean[] below = of(aggregate.input());
      int keys = aggregate.groupKeys().size();
      for (int i = 0; i < exact.length; i++) {
        exact[i] = i < keys ? !varies(node, i) : of(aggregate.calls().get(i - keys), below);
      }
    }
    return exact;
  }

  private static boolean of(AggregateCall call, boolean[] below) {
    boolean counts =
        call.function() == AggregateFunction.COUNT
            || call.function() == AggregateFunction.COUNT_ROWS;
    boolean shown =
        call.function() == AggregateFunction.MIN || call.function() == AggregateFunction.MAX;
    boolean varies =
        switch (call.argumentType().kind()) {
          case NUMERIC, FLOAT4, FLOAT8 -> true;
          default -> false;
        };
    return counts || !varies || (!shown && !call.distinct() && below[call.argument()]);
  }

  private static boolean varies(Node node, int column) {
    return switch (node.columns().get(column).type().kind()) {
      case NUMERIC, FLOAT4, FLOAT8 -> true;
      default -> false;
    };
  }
}

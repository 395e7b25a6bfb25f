package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Input;
import dev.freshet.materializer.expression.Tree;
import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.Distinct;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.Filter;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.UnionAll;
import java.util.ArrayList;
import java.util.List;

/** Filters as far down as they can go, so that less is kept. Conditions stay in their order. */
final class Pushdown {

  private Pushdown() {}

  /** The rows of the node for which all conditions are true. */
  static Node filter(Node node, List<Expression> conditions) {
    if (conditions.isEmpty()) {
      return node;
    }
    if (node instanceof Filter filter) {
      List<Expression> all = new ArrayList<>(Conjunct.split(filter.condition()));
      all.addAll(conditions);
      return filter(filter.input(), all);
    }
    if (node instanceof Project project) {
      List<Expression> below =
          conditions.stream()
              .map(c -> Tree.replaceInputs(c, i -> project.expressions().get(i.index())))
              .toList();
      return new Project(filter(project.input(), below), project.expressions(), project.columns());
    }
    if (node instanceof Join join) {
      return intoJoin(join, conditions);
    }
    if (node instanceof Aggregate aggregate) {
      return intoAggregate(aggregate, conditions);
    }
    if (node instanceof Distinct distinct) {
      return new Distinct(filter(distinct.input(), conditions));
    }
    if (node instanceof UnionAll union) {
      List<Node> inputs = union.inputs().stream().map(input -> filter(input, conditions)).toList();
      return new UnionAll(inputs, union.columns());
    }
    return new Filter(node, Conjunct.join(conditions));
  }

  private static Node intoJoin(Join join, List<Expression> conditions) {
    int middle = join.left().columns().size();
    int end = join.columns().size();
    List<Expression> left = new ArrayList<>();
    List<Expression> right = new ArrayList<>();
    List<Expression> above = new ArrayList<>();
    for (Expression condition : conditions) {
      if (Conjunct.within(condition, 0, middle)) {
        left.add(condition);
      } else if (join.kind() == Join.Kind.INNER && Conjunct.within(condition, middle, end)) {
        right.add(Conjunct.shifted(condition, middle));
      } else {
        above.add(condition);
      }
    }
    Node pushed =
        new Join(
            filter(join.left(), left),
            filter(join.right(), right),
            join.leftKeys(),
            join.rightKeys(),
            join.kind(),
            join.residual());
    return above.isEmpty() ? pushed : new Filter(pushed, Conjunct.join(above));
  }

  private static Node intoAggregate(Aggregate aggregate, List<Expression> conditions) {
    List<Integer> keys = aggregate.groupKeys();
    List<Expression> below = new ArrayList<>();
    List<Expression> above = new ArrayList<>();
    for (Expression condition : conditions) {
      // Below no group a condition would remove rows, above it the one row there always is.
      boolean onKeys = !keys.isEmpty() && Conjunct.within(condition, 0, keys.size());
      if (onKeys) {
        below.add(Tree.replaceInputs(condition, i -> new Input(keys.get(i.index()), i.type())));
      } else {
        above.add(condition);
      }
    }
    Node pushed = new Aggregate(filter(aggregate.input(), below), keys, aggregate.calls());
    return above.isEmpty() ? pushed : new Filter(pushed, Conjunct.join(above));
  }
}

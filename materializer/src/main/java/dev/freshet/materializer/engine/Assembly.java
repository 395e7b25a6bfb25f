package dev.freshet.materializer.engine;

import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.Distinct;
import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.Filter;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.plan.UnionAll;
import dev.freshet.materializer.state.State;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The operators of a plan, each feeding the one above. */
final class Assembly {

  /** A source of the plan with its store. */
  record Input(Source source, TableStore rows) {}

  private final State state;
  private final Stores stores;
  private final ErrorSet errors;

  /** In the order in which to fill them: what a join looks up before what looks it up. */
  final List<Input> inputs = new ArrayList<>();

  /** Each after those below it. */
  final List<Grouping> groupings = new ArrayList<>();

  /** Of each grouping: how many of the inputs, from the first on, hold all that are below it. */
  final List<Integer> inputsBelow = new ArrayList<>();

  /**
   * Stores that are only written to, and each key once, while rows are added to one input after the
   * other: the rows themselves, and the left side of a join whose rows differ.
   */
  final Set<Integer> writtenOnce = new HashSet<>();

  /** Stores that a join looks up in the meantime. */
  final Set<Integer> lookedUp = new HashSet<>();

  Assembly(State state, Stores stores, ErrorSet errors) {
    this.state = state;
    this.stores = stores;
    this.errors = errors;
  }

  /** Builds a node and everything below it. */
  void build(Node node, Output above) {
    if (node instanceof Source source) {
      TableStore rows = new TableStore(state, stores, source, errors, above);
      inputs.add(new Input(source, rows));
      writtenOnce.add(rows.store());
    } else if (node instanceof Filter filter) {
      build(filter.input(), filtering(filter, above));
    } else if (node instanceof Project project) {
      build(project.input(), projecting(project, above));
    } else if (node instanceof Join join) {
      Joining joining = joining(join, above);
      build(join.right(), joining::pushRight);
      build(join.left(), joining::pushLeft);
    } else if (node instanceof Aggregate aggregate) {
      int[] keys = Keys.array(aggregate.groupKeys());
      GroupStore groups = new GroupStore(state, stores, keys, aggregate.calls());
      group(aggregate, new Grouping(groups, keys, aggregate.calls(), place(aggregate), above));
    } else if (node instanceof Distinct distinct) {
      int[] keys = IntStream.range(0, distinct.columns().size()).toArray();
      GroupStore groups = new GroupStore(state, stores, keys, List.of());
      group(distinct, new Grouping(groups, keys, List.of(), place(distinct), above));
    } else if (node instanceof UnionAll union) {
      union.inputs().forEach(input -> build(input, above));
    }
  }

  private void group(Node node, Grouping grouping) {
    build(node.inputs().get(0), grouping);
    groupings.add(grouping);
    inputsBelow.add(inputs.size());
  }

  private Output filtering(Filter filter, Output above) {
    Expression condition = filter.condition();
    ErrorSet.Place place = place(filter);
    return (row, weight) -> {
      boolean passes;
      try {
        passes = Boolean.TRUE.equals(condition.eval(row));
      } catch (EvaluationException e) {
        place.add(row, e.getMessage(), weight);
        return;
      }
      if (passes) {
        above.push(row, weight);
      }
    };
  }

  private Output projecting(Project project, Output above) {
    Expression[] expressions = project.expressions().toArray(Expression[]::new);
    ErrorSet.Place place = place(project);
    return (row, weight) -> {
      @Nullable Object[] values = new @Nullable Object[expressions.length];
      try {
        for (int i = 0; i < expressions.length; i++) {
          values[i] = expressions[i].eval(row);
        }
      } catch (EvaluationException e) {
        place.add(row, e.getMessage(), weight);
        return;
      }
      above.push(values, weight);
    };
  }

  private Joining joining(Join join, Output above) {
    JoinIndex left =
        new JoinIndex(state, stores, Keys.array(join.leftKeys()), join.left().columns().size());
    JoinIndex right =
        new JoinIndex(state, stores, Keys.array(join.rightKeys()), join.right().columns().size());
    if (Distinctness.hasDistinctRows(join.left())) {
      writtenOnce.add(left.store());
    } else {
      lookedUp.add(left.store());
    }
    lookedUp.add(right.store());
    return new Joining(join, left, right, place(join), above);
  }

  /** Where errors of a node are noted: with the columns of the rows it reads. */
  private ErrorSet.Place place(Node node) {
    List<dev.freshet.materializer.plan.Column> columns =
        node instanceof Aggregate aggregate
            ? aggregate.columns()
            : node instanceof Join join ? join.columns() : node.inputs().get(0).columns();
    return errors.place(stores.next().store(), table(node), columns);
  }

  /** The one table below a node, or what the node does. */
  private static String table(Node node) {
    Node below = node;
    while (below.inputs().size() == 1) {
      below = below.inputs().get(0);
    }
    return below instanceof Source source
        ? source.table().toString()
        : below.describe().replaceAll(" .*", "");
  }
}

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

  /** Sides of joins that hold writes back until what undoes them may have come. */
  final List<IndexedSide> indexes = new ArrayList<>();

  /** Stores of sides that are never looked up while rows are added to one input after the other. */
  private final Set<Integer> passive = new HashSet<>();

  /** Stores of tables whose rows are looked up meanwhile. */
  private final Set<Integer> found = new HashSet<>();

  /** Stores that are read by ranges meanwhile. */
  final Set<Integer> ranged = new HashSet<>();

  Assembly(State state, Stores stores, ErrorSet errors) {
    this.state = state;
    this.stores = stores;
    this.errors = errors;
  }

  /**
   * What was built of a node.
   *
   * @param rows its rows, when each comes from one row of a table
   * @param table the number of that table's store
   * @param retracts whether rows are taken back while rows are only added to tables
   */
  private record Built(@Nullable Rows rows, int table, boolean retracts) {

    Built with(@Nullable Rows other) {
      return new Built(other, table, retracts);
    }

    /** Of a node whose rows have to be stored to be had. */
    static Built opaque(boolean retracts) {
      return new Built(null, 0, retracts);
    }
  }

  /** Builds a node and everything below it. */
  void assemble(Node node, Output above) {
    build(node, above);
  }

  /** Stores that are only written to while rows are added, and each key once. */
  Set<Integer> writtenOnce() {
    Set<Integer> all = new HashSet<>(passive);
    inputs.stream().map(input -> input.rows().store()).forEach(all::add);
    all.removeAll(found);
    return all;
  }

  private Built build(Node node, Output above) {
    if (node instanceof Source source) {
      TableStore rows = new TableStore(state, stores, source, errors, above);
      inputs.add(new Input(source, rows));
      return new Built(rows, rows.store(), false);
    }
    if (node instanceof Filter filter) {
      Expression condition = filter.condition();
      Built input = build(filter.input(), filtering(filter, above));
      return input.with(filtered(condition, input.rows()));
    }
    if (node instanceof Project project) {
      Expression[] expressions = project.expressions().toArray(Expression[]::new);
      Built input = build(project.input(), projecting(project, expressions, above));
      return input.with(projected(expressions, input.rows()));
    }
    if (node instanceof Join join) {
      return join(join, above);
    }
    if (node instanceof Aggregate aggregate) {
      int[] keys = Keys.array(aggregate.groupKeys());
      GroupStore groups = new GroupStore(state, stores, keys, aggregate.calls());
      return group(
          aggregate,
          groups,
          new Grouping(groups, keys, aggregate.calls(), place(aggregate), above));
    }
    if (node instanceof Distinct distinct) {
      int[] keys = IntStream.range(0, distinct.columns().size()).toArray();
      GroupStore groups = new GroupStore(state, stores, keys, List.of());
      return group(distinct, groups, new Grouping(groups, keys, List.of(), place(distinct), above));
    }
    boolean retracts = false;
    for (Node input : node.inputs()) {
      retracts |= build(input, above).retracts();
    }
    return Built.opaque(retracts);
  }

  private Built group(Node node, GroupStore groups, Grouping grouping) {
    if (build(node.inputs().get(0), grouping).retracts()) {
      ranged.addAll(groups.valueStores()); // the next greatest or least has to be found
    }
    groupings.add(grouping);
    inputsBelow.add(inputs.size());
    return Built.opaque(false);
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

  private static @Nullable Rows filtered(Expression condition, @Nullable Rows rows) {
    return rows == null
        ? null
        : primaryKey -> {
          @Nullable Object[] row = rows.find(primaryKey);
          try {
            return row != null && Boolean.TRUE.equals(condition.eval(row)) ? row : null;
          } catch (EvaluationException e) {
            return null; // it was told as an error
          }
        };
  }

  private static @Nullable Rows projected(Expression[] expressions, @Nullable Rows rows) {
    return rows == null
        ? null
        : primaryKey -> {
          @Nullable Object[] row = rows.find(primaryKey);
          try {
            return row == null ? null : values(expressions, row);
          } catch (EvaluationException e) {
            return null; // it was told as an error
          }
        };
  }

  private static @Nullable Object[] values(Expression[] expressions, @Nullable Object[] row) {
    @Nullable Object[] values = new @Nullable Object[expressions.length];
    for (int i = 0; i < expressions.length; i++) {
      values[i] = expressions[i].eval(row);
    }
    return values;
  }

  private Output projecting(Project project, Expression[] expressions, Output above) {
    ErrorSet.Place place = place(project);
    return (row, weight) -> {
      @Nullable Object[] values;
      try {
        values = values(expressions, row);
      } catch (EvaluationException e) {
        place.add(row, e.getMessage(), weight);
        return;
      }
      above.push(values, weight);
    };
  }

  /**
   * The side that is complete before rows of the other are added is looked up by them: that with
   * one row per key, if there is one, because that is usually the smaller.
   */
  private Built join(Join join, Output above) {
    Joining joining = new Joining(join, place(join), above);
    boolean oneRight = Identity.within(join.right(), join.rightKeys());
    boolean oneLeft = Identity.within(join.left(), join.leftKeys());
    boolean leftFirst = oneLeft && !oneRight;
    boolean keepsLeft = join.kind() == Join.Kind.LEFT;
    Built left;
    Built right;
    if (leftFirst) {
      left = build(join.left(), joining::pushLeft);
      right = build(join.right(), joining::pushRight);
    } else {
      right = build(join.right(), joining::pushRight);
      left = build(join.left(), joining::pushLeft);
    }
    joining.sides(
        side(join.left(), left, join.leftKeys(), SideKind.left(join), leftFirst, false),
        side(join.right(), right, join.rightKeys(), SideKind.right(join), !leftFirst, keepsLeft));
    boolean retracts = left.retracts() || right.retracts() || (keepsLeft && leftFirst);
    if (SideKind.isLeftSpine(join) && left.rows() != null) {
      return new Built(joining.withLeft(left.rows()), left.table(), retracts);
    }
    if (SideKind.isRightSpine(join) && right.rows() != null) {
      return new Built(joining.withRight(right.rows()), right.table(), retracts);
    }
    return Built.opaque(retracts);
  }

  /**
   * A side of a join.
   *
   * @param lookedUp whether it is complete before rows of the other side are added
   * @param asked whether a left join asks for partners
   */
  private Side side(
      Node node,
      Built built,
      List<Integer> joined,
      SideKind kind,
      boolean lookedUp,
      boolean asked) {
    List<Integer> identity = Identity.of(node).orElse(null);
    Rows rows = kind == SideKind.STORED ? null : built.rows();
    if (lookedUp && rows != null) {
      found.add(built.table());
    }
    if (kind == SideKind.KEYED && rows != null && identity != null) {
      return new KeyedSide(rows, joined, identity);
    }
    Keys keys = stores.next();
    boolean counted = asked && !Identity.within(node, joined);
    KeyCounts counts = counted ? new KeyCounts(state, stores.next()) : null;
    if (lookedUp || identity == null || built.retracts()) {
      ranged.add(keys.store());
    } else {
      passive.add(keys.store());
    }
    if (rows != null && identity != null) {
      IndexedSide index = new IndexedSide(state, keys, joined, identity, rows, counts);
      indexes.add(index);
      return index;
    }
    int width = node.columns().size();
    List<Integer> all = IntStream.range(0, width).boxed().toList();
    return new StoredSide(state, keys, joined, identity == null ? all : identity, width, counts);
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

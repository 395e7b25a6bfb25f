package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Constant;
import dev.freshet.materializer.expression.Input;
import dev.freshet.materializer.expression.Tree;
import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.AggregateCall;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Distinct;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.Filter;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.plan.UnionAll;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A plan without the columns that nobody reads, and without projections that do nothing. */
final class Pruning {

  /** A node with fewer columns, and where each former column is now; -1 when it is gone. */
  private static final class Pruned {
    private final Node node;
    private final int[] places;

    Pruned(Node node, int[] places) {
      this.node = node;
      this.places = places;
    }

    Expression rewrite(Expression expression) {
      return Tree.replaceInputs(
          expression, input -> new Input(places[input.index()], input.type()));
    }

    List<Integer> rewrite(List<Integer> columns) {
      return columns.stream().map(column -> places[column]).toList();
    }
  }

  private Pruning() {}

  /** The same rows from less. */
  static Node prune(Node root) {
    BitSet all = new BitSet();
    all.set(0, root.columns().size());
    return prune(root, all).node;
  }

  private static Pruned prune(Node node, BitSet needed) {
    if (node instanceof Source source) {
      return source(source, needed);
    }
    if (node instanceof Filter filter) {
      BitSet below = (BitSet) needed.clone();
      below.or(Conjunct.inputs(filter.condition()));
      Pruned input = prune(filter.input(), below);
      return new Pruned(new Filter(input.node, input.rewrite(filter.condition())), input.places);
    }
    if (node instanceof Project project) {
      return project(project, needed);
    }
    if (node instanceof Join join) {
      return join(join, needed);
    }
    if (node instanceof Aggregate aggregate) {
      return aggregate(aggregate, needed);
    }
    if (node instanceof Distinct distinct) {
      BitSet all = all(distinct.columns().size());
      return new Pruned(new Distinct(exactly(distinct.input(), all)), identity(all));
    }
    UnionAll union = (UnionAll) node;
    List<Node> inputs = union.inputs().stream().map(input -> exactly(input, needed)).toList();
    return new Pruned(new UnionAll(inputs, kept(union.columns(), needed)), identity(needed));
  }

  private static BitSet all(int count) {
    BitSet all = new BitSet();
    all.set(0, count);
    return all;
  }

  /** Places when exactly these columns remain, in their order. */
  private static int[] identity(BitSet kept) {
    int[] places = new int[kept.length()];
    Arrays.fill(places, -1);
    int next = 0;
    for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
      places[i] = next++;
    }
    return places;
  }

  private static List<Column> kept(List<Column> columns, BitSet needed) {
    return needed.stream().mapToObj(columns::get).toList();
  }

  /** The node with exactly the needed columns, in their order. */
  private static Node exactly(Node node, BitSet needed) {
    Pruned pruned = prune(node, needed);
    List<Column> columns = node.columns();
    List<Expression> expressions = new ArrayList<>();
    needed.stream()
        .forEach(i -> expressions.add(new Input(pruned.places[i], columns.get(i).type())));
    return projected(pruned.node, expressions, kept(columns, needed));
  }

  private static Pruned source(Source source, BitSet needed) {
    BitSet kept = (BitSet) needed.clone();
    kept.set(0, source.keyWidth());
    Source less = new Source(source.table(), kept(source.columns(), kept), source.keyWidth());
    return new Pruned(less, identity(kept));
  }

  private static Pruned project(Project project, BitSet needed) {
    BitSet kept = (BitSet) needed.clone();
    if (kept.isEmpty()) {
      kept.set(0); // a row has at least one column
    }
    BitSet below = new BitSet();
    kept.stream().forEach(i -> below.or(Conjunct.inputs(project.expressions().get(i))));
    Pruned input = prune(project.input(), below);
    List<Expression> expressions =
        kept.stream().mapToObj(i -> input.rewrite(project.expressions().get(i))).toList();
    return new Pruned(
        projected(input.node, expressions, kept(project.columns(), kept)), identity(kept));
  }

  /** A projection, merged into one below it, or left out when it changes nothing but names. */
  private static Node projected(Node input, List<Expression> expressions, List<Column> columns) {
    if (input instanceof Project below && isCheap(below, expressions)) {
      List<Expression> merged =
          expressions.stream()
              .map(e -> Tree.replaceInputs(e, i -> below.expressions().get(i.index())))
              .toList();
      return projected(below.input(), merged, columns);
    }
    boolean same = expressions.size() == input.columns().size() && input.columns().equals(columns);
    for (int i = 0; same && i < expressions.size(); i++) {
      same = expressions.get(i) instanceof Input column && column.index() == i;
    }
    return same ? input : new Project(input, expressions, columns);
  }

  /** Whether merging computes nothing twice. */
  private static boolean isCheap(Project below, List<Expression> above) {
    boolean plainAbove = above.stream().allMatch(e -> e instanceof Input || e instanceof Constant);
    boolean plainBelow =
        below.expressions().stream().allMatch(e -> e instanceof Input || e instanceof Constant);
    return plainBelow
        || (plainAbove && above.stream().map(Object::toString).distinct().count() == above.size());
  }

  private static Pruned join(Join join, BitSet needed) {
    int middle = join.left().columns().size();
    BitSet all = (BitSet) needed.clone();
    join.leftKeys().forEach(all::set);
    join.rightKeys().forEach(key -> all.set(middle + key));
    Expression residual = join.residual();
    if (residual != null) {
      all.or(Conjunct.inputs(residual));
    }
    Pruned left = prune(join.left(), all.get(0, middle));
    Pruned right = prune(join.right(), all.get(middle, Math.max(middle, all.length())));
    int[] places = new int[middle + join.right().columns().size()];
    Arrays.fill(places, -1);
    System.arraycopy(left.places, 0, places, 0, Math.min(middle, left.places.length));
    int shift = left.node.columns().size();
    for (int i = 0; i < right.places.length; i++) {
      places[middle + i] = right.places[i] < 0 ? -1 : right.places[i] + shift;
    }
    Pruned both = new Pruned(join, places);
    @Nullable Expression condition = residual == null ? null : both.rewrite(residual);
    Join less =
        new Join(
            left.node,
            right.node,
            left.rewrite(join.leftKeys()),
            right.rewrite(join.rightKeys()),
            join.kind(),
            condition);
    return new Pruned(less, places);
  }

  private static Pruned aggregate(Aggregate aggregate, BitSet needed) {
    int keys = aggregate.groupKeys().size();
    BitSet kept = (BitSet) needed.clone();
    kept.set(0, keys);
    BitSet below = new BitSet();
    aggregate.groupKeys().forEach(below::set);
    List<AggregateCall> calls =
        kept.stream()
            .filter(i -> i >= keys)
            .mapToObj(i -> aggregate.calls().get(i - keys))
            .toList();
    for (AggregateCall call : calls) {
      if (call.argument() != AggregateCall.NONE) {
        below.set(call.argument());
      }
      if (call.filter() != AggregateCall.NONE) {
        below.set(call.filter());
      }
    }
    Pruned input = prune(aggregate.input(), below);
    List<AggregateCall> rewritten =
        calls.stream()
            .map(
                call ->
                    new AggregateCall(
                        call.function(),
                        call.distinct(),
                        place(call.argument(), input),
                        place(call.filter(), input),
                        call.argumentType(),
                        call.type()))
            .toList();
    Aggregate less = new Aggregate(input.node, input.rewrite(aggregate.groupKeys()), rewritten);
    return new Pruned(less, identity(kept));
  }

  private static int place(int column, Pruned input) {
    return column == AggregateCall.NONE ? column : input.places[column];
  }
}

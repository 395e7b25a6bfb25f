package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Call;
import dev.freshet.materializer.expression.Constant;
import dev.freshet.materializer.expression.Input;
import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.Distinct;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.Filter;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.plan.UnionAll;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The columns that tell a node's rows apart. */
final class Keys {

  /** A key that does not get through a projection. */
  static final class MissingKeyException extends Exception {
    private static final long serialVersionUID = 1;

    MissingKeyException(String message) {
      super(message);
    }
  }

  private Keys() {}

  /**
   * @throws MissingKeyException saying which column to add
   */
  static List<Integer> of(Node node) throws MissingKeyException {
    if (node instanceof Source source) {
      return IntStream.range(0, source.keyWidth()).boxed().toList();
    }
    if (node instanceof Filter filter) {
      return of(filter.input());
    }
    if (node instanceof Project project) {
      return project(project);
    }
    if (node instanceof Join join) {
      return join(join);
    }
    if (node instanceof Aggregate aggregate) {
      return IntStream.range(0, aggregate.groupKeys().size()).boxed().toList();
    }
    if (node instanceof Distinct) {
      return IntStream.range(0, node.columns().size()).boxed().toList();
    }
    return union((UnionAll) node);
  }

  private static List<Integer> project(Project project) throws MissingKeyException {
    List<Integer> places = new ArrayList<>();
    for (int key : of(project.input())) {
      Optional<Integer> place = place(project, key);
      if (place.isEmpty()) {
        Column column = column(project.input(), key);
        throw new MissingKeyException(
            "the view's rows could not be told apart: add %s to the SELECT list"
                .formatted(column.name));
      }
      places.add(place.get());
    }
    return places;
  }

  private static Optional<Integer> place(Project project, int key) {
    List<Integer> equal = equalColumns(project.input(), key);
    List<Expression> expressions = project.expressions();
    for (int i = 0; i < expressions.size(); i++) {
      if (widened(expressions.get(i)) instanceof Input input && equal.contains(input.index())) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  /** What a conversion between integers keeps apart, it keeps apart itself. */
  private static Expression widened(Expression expression) {
    boolean cast =
        expression instanceof Call call
            && call.name().startsWith("::")
            && call.type().kind().isInteger()
            && call.children().get(0).type().kind().isInteger();
    return cast ? ((Call) expression).children().get(0) : expression;
  }

  /** The column and those that an inner join makes equal to it. */
  private static List<Integer> equalColumns(Node node, int column) {
    List<Integer> equal = new ArrayList<>(List.of(column));
    if (node instanceof Filter filter) {
      return equalColumns(filter.input(), column);
    }
    if (node instanceof Join join && join.kind() == Join.Kind.INNER) {
      int middle = join.left().columns().size();
      for (int i = 0; i < join.leftKeys().size(); i++) {
        int left = join.leftKeys().get(i);
        int right = middle + join.rightKeys().get(i);
        if (left == column) {
          equal.add(right);
        } else if (right == column) {
          equal.add(left);
        }
      }
    }
    return equal;
  }

  private record Column(String name) {}

  /** How a person would name this column. */
  private static Column column(Node node, int index) {
    String name = node.columns().get(index).name();
    Node at = node;
    int place = index;
    while (!(at instanceof Source)) {
      if (at instanceof Join join) {
        int middle = join.left().columns().size();
        at = place < middle ? join.left() : join.right();
        place = place < middle ? place : place - middle;
      } else if (at instanceof Filter filter) {
        at = filter.input();
      } else if (at instanceof Project project
          && project.expressions().get(place) instanceof Input input) {
        at = project.input();
        place = input.index();
      } else if (at instanceof Aggregate aggregate && place < aggregate.groupKeys().size()) {
        place = aggregate.groupKeys().get(place);
        at = aggregate.input();
      } else {
        return new Column(
            at instanceof Project project
                ? "the group key " + project.expressions().get(place)
                : name);
      }
    }
    return new Column(((Source) at).table().table() + "." + name);
  }

  private static List<Integer> join(Join join) throws MissingKeyException {
    List<Integer> left = of(join.left());
    List<Integer> right = of(join.right());
    int middle = join.left().columns().size();
    if (new HashSet<>(join.rightKeys()).containsAll(right)) {
      return left; // at most one partner
    }
    boolean inner = join.kind() == Join.Kind.INNER;
    List<Integer> moved = right.stream().map(key -> key + middle).toList();
    if (inner && new HashSet<>(join.leftKeys()).containsAll(left)) {
      return moved;
    }
    List<Integer> both = new ArrayList<>(left);
    both.addAll(moved);
    return both;
  }

  /** A constant that differs between the branches tells them apart; then their own keys. */
  private static List<Integer> union(UnionAll union) throws MissingKeyException {
    List<Integer> key = null;
    for (Node input : union.inputs()) {
      List<Integer> own = of(input);
      if (key != null && !new HashSet<>(key).equals(new HashSet<>(own))) {
        throw unionWithoutKey();
      }
      key = own;
    }
    for (int i = 0; i < union.columns().size(); i++) {
      int column = i;
      List<Object> constants =
          union.inputs().stream()
              .map(input -> constant(input, column))
              .filter(Objects::nonNull)
              .distinct()
              .toList();
      if (constants.size() == union.inputs().size()) {
        List<Integer> all = new ArrayList<>(List.of(column));
        all.addAll(Objects.requireNonNull(key));
        return all;
      }
    }
    throw unionWithoutKey();
  }

  private static MissingKeyException unionWithoutKey() {
    return new MissingKeyException(
        "the view's rows could not be told apart: give each branch of UNION ALL the same key columns"
            + " and a constant of its own, as in SELECT 'a' AS source, id, …; or group the rows");
  }

  private static @Nullable Object constant(Node node, int column) {
    return node instanceof Project project
            && project.expressions().get(column) instanceof Constant constant
        ? constant.value()
        : null;
  }
}

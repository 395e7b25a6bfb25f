package dev.freshet.materializer.engine;

import dev.freshet.materializer.expression.Input;
import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.Distinct;
import dev.freshet.materializer.plan.Filter;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Columns that tell the rows of a node apart: never two rows with the same values in them, NULL
 * being a value. Of a node each of whose rows comes from one row of a table, they are that table's
 * primary key, in its order.
 */
final class Identity {

  private Identity() {}

  /** Empty when none is known. */
  static Optional<List<Integer>> of(Node node) {
    if (node instanceof Source source) {
      return Optional.of(first(source.keyWidth()));
    }
    if (node instanceof Filter filter) {
      return of(filter.input());
    }
    if (node instanceof Project project) {
      return of(project.input()).flatMap(identity -> kept(project, identity));
    }
    if (node instanceof Join join) {
      return joined(join);
    }
    if (node instanceof Aggregate aggregate) {
      return Optional.of(first(aggregate.groupKeys().size()));
    }
    return node instanceof Distinct ? Optional.of(first(node.columns().size())) : Optional.empty();
  }

  /** Whether there is at most one row for each combination of values in these columns. */
  static boolean within(Node node, List<Integer> columns) {
    return of(node).filter(columns::containsAll).isPresent();
  }

  private static Optional<List<Integer>> joined(Join join) {
    Optional<List<Integer>> left = of(join.left());
    if (within(join.right(), join.rightKeys())) {
      return left;
    }
    int middle = join.left().columns().size();
    Optional<List<Integer>> right =
        of(join.right()).map(columns -> columns.stream().map(column -> middle + column).toList());
    if (join.kind() == Join.Kind.INNER && within(join.left(), join.leftKeys())) {
      return right;
    }
    return left.flatMap(one -> right.map(other -> both(one, other)));
  }

  private static List<Integer> both(List<Integer> one, List<Integer> other) {
    List<Integer> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }

  private static List<Integer> first(int columns) {
    return IntStream.range(0, columns).boxed().toList();
  }

  /** Where these columns of the input are in the projection. */
  private static Optional<List<Integer>> kept(Project project, List<Integer> columns) {
    List<Integer> places = new ArrayList<>();
    for (int column : columns) {
      int place = 0;
      while (place < project.expressions().size() && !reads(project, place, column)) {
        place++;
      }
      if (place == project.expressions().size()) {
        return Optional.empty();
      }
      places.add(place);
    }
    return Optional.of(places);
  }

  private static boolean reads(Project project, int place, int column) {
    return project.expressions().get(place) instanceof Input input && input.index() == column;
  }
}

package dev.freshet.materializer.engine;

import dev.freshet.materializer.expression.Input;
import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.Distinct;
import dev.freshet.materializer.plan.Filter;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.Source;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Whether all rows of a node differ: some of its columns hold the keys of what it reads. */
final class Distinctness {

  private Distinctness() {}

  /** False when it is not known. */
  static boolean hasDistinctRows(Node node) {
    return key(node).isPresent();
  }

  private static Optional<Set<Integer>> key(Node node) {
    if (node instanceof Source source) {
      return Optional.of(first(source.keyWidth()));
    }
    if (node instanceof Filter filter) {
      return key(filter.input());
    }
    if (node instanceof Project project) {
      return key(project.input()).flatMap(key -> kept(project, key));
    }
    if (node instanceof Join join) {
      int middle = join.left().columns().size();
      return key(join.left())
          .flatMap(left -> key(join.right()).map(right -> both(left, right, middle)));
    }
    if (node instanceof Aggregate aggregate) {
      return Optional.of(first(aggregate.groupKeys().size()));
    }
    return node instanceof Distinct ? Optional.of(first(node.columns().size())) : Optional.empty();
  }

  private static Set<Integer> first(int columns) {
    return IntStream.range(0, columns).boxed().collect(Collectors.toSet());
  }

  private static Set<Integer> both(Set<Integer> left, Set<Integer> right, int middle) {
    Set<Integer> all = new HashSet<>(left);
    right.forEach(column -> all.add(middle + column));
    return all;
  }

  private static Optional<Set<Integer>> kept(Project project, Set<Integer> key) {
    Set<Integer> found = new HashSet<>();
    Set<Integer> places = new HashSet<>();
    for (int i = 0; i < project.expressions().size(); i++) {
      if (project.expressions().get(i) instanceof Input input && key.contains(input.index())) {
        found.add(input.index());
        places.add(i);
      }
    }
    return found.equals(key) ? Optional.of(places) : Optional.empty();
  }
}

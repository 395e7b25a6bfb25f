package dev.freshet.runtime.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The problems found so far while one file is read. Not thread-safe. */
final class Problems {
  private static final Comparator<ConfigProblem> BY_PLACE =
      Comparator.comparingInt(ConfigProblem::line)
          .thenComparingInt(ConfigProblem::column)
          .thenComparing(ConfigProblem::path)
          .thenComparing(ConfigProblem::message);

  private final List<String> lines;
  private final List<ConfigProblem> found = new ArrayList<>();

  Problems(String text) {
    this.lines = text.lines().toList();
  }

  void add(Path path, Place place, String message) {
    add(path, place, message, Optional.empty());
  }

  void add(Path path, Place place, String message, String hint) {
    add(path, place, message, Optional.of(hint));
  }

  void add(Path path, Place place, String message, Optional<String> hint) {
    Place shown = place.within(lines);
    found.add(new ConfigProblem(path.written(), shown.line(), shown.column(), message, hint));
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** All of them by place, each once. */
  List<ConfigProblem> sorted() {
    return found.stream().map(ConfigProblem::onOneLine).distinct().sorted(BY_PLACE).toList();
  }
}

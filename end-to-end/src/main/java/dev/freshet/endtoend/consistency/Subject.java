package dev.freshet.endtoend.consistency;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What an entry shows.
 *
 * @param rows whose versions its value tells
 * @param tags everything whose change makes it stale
 */
record Subject(String key, List<Integer> rows, Set<String> tags) {

  Subject {
    rows = List.copyOf(rows);
    tags = Set.copyOf(tags);
  }

  static String tag(int row) {
    return "row:" + row;
  }

  /** One row under one tag; key and tag are the same, which is all that the peers can do. */
  static Subject of(int row) {
    return new Subject(tag(row), List.of(row), Set.of(tag(row)));
  }

  static Subject of(int row, int other) {
    return new Subject(
        "pair:" + row + ":" + other, List.of(row, other), Set.of(tag(row), tag(other)));
  }

  /**
   * Rows of one group under its tag alone: transactions that touch it run at the same time, which
   * the lock of a row would not let them.
   *
   * @param rows of those below it
   */
  static Subject ofGroup(int group, int rows) {
    List<Integer> members =
        IntStream.range(0, rows).filter(row -> row % Rows.GROUPS == group).boxed().toList();
    return new Subject("group:" + group, members, Set.of("group:" + group));
  }

  /** One of the many entries that share the tag of the crowd's row. */
  static Subject ofCrowd(int i) {
    // The braces keep them in one bucket, so that one incarnation is good for all.
    return new Subject("{crowd}:" + i, List.of(Rows.CROWD), Set.of("group:" + Rows.CROWD));
  }

  /** As {@link History} takes it: a bit for each row. */
  long mask() {
    return rows.stream().mapToLong(row -> 1L << row).reduce(0, (a, b) -> a | b);
  }

  /** A value that tells these versions, in the order of the rows. */
  String value(List<Long> versions, int padding) {
    return versions.stream().map(String::valueOf).collect(Collectors.joining(","))
        + "|"
        + ".".repeat(padding);
  }

  /** The versions a value tells, in the order of the rows. */
  static List<Long> versions(String value) {
    return List.of(value.substring(0, value.indexOf('|')).split(",", -1)).stream()
        .map(Long::parseLong)
        .toList();
  }
}

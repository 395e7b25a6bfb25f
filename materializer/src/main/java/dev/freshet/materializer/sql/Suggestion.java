package dev.freshet.materializer.sql;

import java.util.Comparator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The name that was probably meant. */
final class Suggestion {

  private static final int NEAR = 3;

  private Suggestion() {}

  /** {@code ; did you mean "x"?}, or nothing when no column's name is near. */
  static String of(String name, Scope scope) {
    return of(name, IntStream.range(0, scope.size()).mapToObj(i -> scope.entry(i).name()));
  }

  /** The same among any names. */
  static String of(String name, Stream<String> others) {
    return others
        .filter(other -> distance(name, other) < NEAR)
        .min(Comparator.comparingInt(other -> distance(name, other)))
        .map(other -> "; did you mean \"" + other + "\"?")
        .orElse("");
  }

  /** Insertions, deletions and exchanges of a letter that lead from one to the other. */
  private static int distance(String a, String b) {
    int[] row = IntStream.rangeClosed(0, b.length()).toArray();
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int exchanged = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(exchanged, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}

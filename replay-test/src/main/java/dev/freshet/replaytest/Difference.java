package dev.freshet.replaytest;

import java.util.List;

/** The stretch in which two texts differ, with some lines before and after it. */
final class Difference {

  private static final int AROUND = 2; // lines
  private static final int MOST = 12; // lines of each side
  private static final int WIDEST = 400; // characters of a line

  private Difference() {}

  static String between(String expected, String actual) {
    List<String> wanted = expected.lines().toList();
    List<String> found = actual.lines().toList();
    int same = 0;
    while (same < Math.min(wanted.size(), found.size())
        && wanted.get(same).equals(found.get(same))) {
      same++;
    }
    int end = 0;
    while (end < Math.min(wanted.size(), found.size()) - same
        && wanted.get(wanted.size() - 1 - end).equals(found.get(found.size() - 1 - end))) {
      end++;
    }
    StringBuilder text =
        new StringBuilder("line %d, expected (-) and found (+):%n".formatted(same + 1));
    add(text, "  ", wanted.subList(Math.max(0, same - AROUND), same));
    add(text, "- ", wanted.subList(same, wanted.size() - end));
    add(text, "+ ", found.subList(same, found.size() - end));
    int rest = wanted.size() - end;
    add(text, "  ", wanted.subList(rest, Math.min(wanted.size(), rest + AROUND)));
    return text.toString().stripTrailing();
  }

  private static void add(StringBuilder text, String mark, List<String> lines) {
    lines.stream()
        .limit(MOST)
        .forEach(line -> text.append(mark).append(shortened(line)).append('\n'));
    if (lines.size() > MOST) {
      text.append(mark).append("… and %d lines more%n".formatted(lines.size() - MOST));
    }
  }

  private static String shortened(String line) {
    return line.length() <= WIDEST ? line : line.substring(0, WIDEST) + "…";
  }
}

package dev.freshet.runtime.config;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * All problems of one config file, at least one, in the order of the file. Prints itself for people
 * ({@link #text}) and for programs ({@link #json}).
 */
public record ConfigProblems(String fileName, List<ConfigProblem> problems) {

  public ConfigProblems {
    problems = List.copyOf(problems);
    if (problems.isEmpty()) {
      throw new IllegalArgumentException("a file without problems has no list of them");
    }
  }

  /** A heading and one line per problem: place, path, sentence. Ends without a line break. */
  public String text() {
    int lineWidth = 0;
    int columnWidth = 0;
    for (ConfigProblem problem : problems) {
      lineWidth = Math.max(lineWidth, digits(problem.line()));
      columnWidth = Math.max(columnWidth, digits(problem.column()));
    }
    int count = problems.size();
    StringBuilder text = new StringBuilder();
    text.append(fileName).append(": ").append(count).append(count == 1 ? " problem" : " problems");
    for (ConfigProblem problem : problems) {
      text.append("\n ").append(" ".repeat(lineWidth - digits(problem.line())));
      text.append(problem.line()).append(':').append(problem.column());
      text.append(" ".repeat(columnWidth - digits(problem.column()) + 2));
      if (!problem.path().isEmpty()) {
        text.append(problem.path()).append("   ");
      }
      text.append(problem.sentence());
    }
    return text.toString();
  }

  /** {@code {"file": …, "problems": [{"path", "line", "column", "message", "hint"?}]}}. */
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("file", fileName);
    var list = json.putArray("problems");
    for (ConfigProblem problem : problems) {
      ObjectNode item = list.addObject();
      item.put("path", problem.path());
      item.put("line", problem.line());
      item.put("column", problem.column());
      item.put("message", problem.message());
      problem.hint().ifPresent(hint -> item.put("hint", hint));
    }
    return json;
  }

  private static int digits(int number) {
    return Integer.toString(number).length();
  }
}

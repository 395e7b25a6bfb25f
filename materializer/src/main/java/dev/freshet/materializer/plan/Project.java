package dev.freshet.materializer.plan;

import java.util.List;

/** Each row of the input, computed anew: one expression per column. */
public record Project(Node input, List<Expression> expressions, List<Column> columns)
    implements Node {

  public Project {
    expressions = List.copyOf(expressions);
    columns = List.copyOf(columns);
    if (expressions.size() != columns.size()) {
      throw new IllegalArgumentException(
          "%d expressions for %d columns".formatted(expressions.size(), columns.size()));
    }
  }

  @Override
  public List<Node> inputs() {
    return List.of(input);
  }

  @Override
  public String describe() {
    return "project " + expressions;
  }
}

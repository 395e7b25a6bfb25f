package dev.freshet.materializer.plan;

import java.util.List;

/** The rows for which a boolean expression is true (not false, not NULL). */
public record Filter(Node input, Expression condition) implements Node {

  @Override
  public List<Column> columns() {
    return input.columns();
  }

  @Override
  public List<Node> inputs() {
    return List.of(input);
  }

  @Override
  public String describe() {
    return "filter " + condition;
  }
}

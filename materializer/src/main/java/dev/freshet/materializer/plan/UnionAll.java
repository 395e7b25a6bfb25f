package dev.freshet.materializer.plan;

import java.util.List;

/**
 * The rows of all inputs together; equal rows stay apart. The inputs have the same kinds of
 * columns.
 */
public record UnionAll(List<Node> inputs, List<Column> columns) implements Node {

  public UnionAll {
    inputs = List.copyOf(inputs);
    columns = List.copyOf(columns);
  }

  @Override
  public String describe() {
    return "union all";
  }
}

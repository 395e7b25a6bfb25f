package dev.freshet.materializer.plan;

import java.util.List;

/** Each different row once. NULLs are equal to each other. */
public record Distinct(Node input) implements Node {

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
    return "distinct";
  }
}

package dev.freshet.materializer.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * One row per group: the group's key columns, then the aggregates.
 *
 * <p>NULLs of a key are equal to each other. Without group keys there is always exactly one row,
 * also over no input.
 *
 * @param groupKeys columns of the input, may be empty
 */
public record Aggregate(Node input, List<Integer> groupKeys, List<AggregateCall> calls)
    implements Node {

  public Aggregate {
    groupKeys = List.copyOf(groupKeys);
    calls = List.copyOf(calls);
  }

  @Override
  public List<Column> columns() {
    List<Column> columns = new ArrayList<>();
    groupKeys.forEach(key -> columns.add(input.columns().get(key)));
    calls.forEach(
        call -> columns.add(new Column(call.function().sql(), call.type(), call.nullable())));
    return columns;
  }

  @Override
  public List<Node> inputs() {
    return List.of(input);
  }

  @Override
  public String describe() {
    return "aggregate by " + groupKeys + " " + calls;
  }
}

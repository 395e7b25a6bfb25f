package dev.freshet.materializer.engine;

import dev.freshet.events.TableName;
import dev.freshet.materializer.expression.Input;
import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.AggregateCall;
import dev.freshet.materializer.plan.AggregateFunction;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.plan.ViewPlan;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Plans written by hand. */
final class Plans {

  private Plans() {}

  /** An expression made of a function. */
  record Computed(String text, PgType type, Function<@Nullable Object[], @Nullable Object> function)
      implements Expression {
    @Override
    public @Nullable Object eval(@Nullable Object[] row) {
      return function.apply(row);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  static Expression column(Node of, int index) {
    return new Input(index, of.columns().get(index).type());
  }

  static Source table(String name, Column... columns) {
    return new Source(new TableName("public", name), List.of(columns), 1);
  }

  static AggregateCall call(AggregateFunction function, Node input, int argument) {
    return call(function, input, argument, false, AggregateCall.NONE);
  }

  static AggregateCall call(
      AggregateFunction function, Node input, int argument, boolean distinct, int filter) {
    PgType of = argument == AggregateCall.NONE ? PgType.INT8 : input.columns().get(argument).type();
    return new AggregateCall(function, distinct, argument, filter, of, result(function, of));
  }

  private static PgType result(AggregateFunction function, PgType of) {
    return switch (function) {
      case COUNT_ROWS, COUNT -> PgType.INT8;
      case SUM ->
          of.kind() == PgType.Kind.INT2 || of.kind() == PgType.Kind.INT4
              ? PgType.INT8
              : of.kind() == PgType.Kind.INT8 ? PgType.NUMERIC : of.plain();
      case AVG -> of.kind().isFloat() ? PgType.FLOAT8 : PgType.NUMERIC;
      case MIN, MAX -> of;
      case BOOL_AND, BOOL_OR -> PgType.BOOL;
    };
  }

  static Aggregate aggregate(Node input, List<Integer> keys, AggregateCall... calls) {
    return new Aggregate(input, keys, Arrays.asList(calls));
  }

  /** A view whose key is these columns. */
  static ViewPlan view(Node root, List<Integer> key) {
    return new ViewPlan("v", "", root, key, ZoneOffset.UTC);
  }

  /** A view of groups: its key is the group's. */
  static ViewPlan view(Aggregate root) {
    return view(root, IntStream.range(0, root.groupKeys().size()).boxed().toList());
  }

  static List<Integer> all(Node node) {
    return new ArrayList<>(IntStream.range(0, node.columns().size()).boxed().toList());
  }
}

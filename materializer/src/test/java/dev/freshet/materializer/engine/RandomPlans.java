package dev.freshet.materializer.engine;

import dev.freshet.materializer.expression.Numerics;
import dev.freshet.materializer.expression.Order;
import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.AggregateCall;
import dev.freshet.materializer.plan.AggregateFunction;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Distinct;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.Filter;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.plan.UnionAll;
import dev.freshet.materializer.plan.ViewPlan;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Random plans over two tables whose columns have every type that matters. */
final class RandomPlans {

  static final Source FACTS =
      Plans.table(
          "facts",
          new Column("id", PgType.INT8, false),
          new Column("ref", PgType.INT8, true),
          new Column("kind", PgType.TEXT, true),
          new Column("amount", PgType.NUMERIC, true),
          new Column("size", PgType.INT4, true),
          new Column("score", PgType.FLOAT8, true),
          new Column("good", PgType.BOOL, true));

  static final Source THINGS =
      Plans.table(
          "things",
          new Column("id", PgType.INT8, false),
          new Column("parent", PgType.INT8, true),
          new Column("name", PgType.TEXT, true),
          new Column("price", PgType.NUMERIC, true));

  private final Random random;

  RandomPlans(Random random) {
    this.random = random;
  }

  ViewPlan next() {
    Node node = input(2);
    return switch (random.nextInt(4)) {
      case 0 -> Plans.view(new Distinct(node), Plans.all(node));
      case 1 -> nested(node);
      default -> grouped(node);
    };
  }

  private ViewPlan grouped(Node node) {
    Aggregate aggregate = aggregate(node);
    if (random.nextInt(3) > 0) {
      return Plans.view(aggregate);
    }
    return Plans.view(filter(aggregate), Plans.view(aggregate).key()); // HAVING
  }

  private ViewPlan nested(Node node) {
    return Plans.view(aggregate(aggregate(node)));
  }

  private Node input(int depth) {
    Node node = random.nextInt(3) == 0 ? THINGS : FACTS;
    if (random.nextBoolean()) {
      node = filter(node);
    }
    if (random.nextInt(6) == 0) {
      node = groupsWithTheirThing(node);
    }
    if (depth > 0 && random.nextInt(3) > 0) {
      node = join(node, depth);
    }
    if (depth > 0 && random.nextInt(6) == 0) {
      node = new UnionAll(List.of(node, filter(node)), node.columns());
    }
    if (depth > 0 && random.nextInt(8) == 0) {
      node = new Distinct(node);
    }
    return random.nextInt(3) == 0 ? project(node) : node;
  }

  /** Totals per reference beside the row they refer to: one row each, on both sides of the join. */
  private static Node groupsWithTheirThing(Node node) {
    AggregateCall count = Plans.call(AggregateFunction.COUNT_ROWS, node, AggregateCall.NONE);
    Node groups = Plans.aggregate(node, List.of(1), count);
    return new Join(groups, THINGS, List.of(0), List.of(0), Join.Kind.INNER, null);
  }

  private Node join(Node left, int depth) {
    Node right = random.nextInt(4) == 0 ? aggregate(input(depth - 1)) : input(depth - 1);
    PgType.Kind[] kinds = {PgType.Kind.INT8, PgType.Kind.TEXT, PgType.Kind.NUMERIC};
    for (int attempt = 0; attempt < 20; attempt++) {
      PgType.Kind kind = kinds[random.nextInt(attempt < 10 ? 1 : 3)];
      List<Integer> a = of(left, kind);
      List<Integer> b = of(right, kind);
      if (!a.isEmpty() && !b.isEmpty()) {
        Join.Kind how = random.nextBoolean() ? Join.Kind.LEFT : Join.Kind.INNER;
        List<Integer> leftKeys = List.of(pick(a));
        List<Integer> rightKeys = List.of(pick(b));
        Join plain = new Join(left, right, leftKeys, rightKeys, how, null);
        boolean more = how == Join.Kind.INNER && random.nextInt(3) == 0;
        return more ? new Join(left, right, leftKeys, rightKeys, how, condition(plain)) : plain;
      }
    }
    return left;
  }

  private static List<Integer> of(Node node, PgType.Kind kind) {
    return IntStream.range(0, node.columns().size())
        .filter(i -> node.columns().get(i).type().kind() == kind)
        .boxed()
        .toList();
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private Node filter(Node node) {
    return new Filter(node, condition(node));
  }

  private Expression condition(Node node) {
    int column = random.nextInt(node.columns().size());
    Object limit = new RandomRows(random).value(node.columns().get(column));
    int sense = random.nextInt(4);
    return new Plans.Computed(
        "$%d ?%d %s".formatted(column, sense, limit),
        PgType.BOOL,
        row -> {
          Object value = row[column];
          if (sense == 3 || limit == null) {
            return value != null;
          }
          return value == null ? null : compare(value, limit, sense);
        });
  }

  private static boolean compare(Object value, Object limit, int sense) {
    int order = Order.INSTANCE.compare(value, limit);
    return sense == 0 ? order != 0 : sense == 1 ? order <= 0 : order >= 0;
  }

  /** Some columns, and a division that fails for some rows. */
  private Node project(Node node) {
    List<Expression> expressions = new ArrayList<>();
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < node.columns().size(); i++) {
      if (random.nextInt(4) > 0) {
        expressions.add(Plans.column(node, i));
        columns.add(node.columns().get(i));
      }
    }
    List<Integer> numbers = of(node, PgType.Kind.NUMERIC);
    if (!numbers.isEmpty()) {
      int number = pick(numbers);
      expressions.add(
          new Plans.Computed("100 / $" + number, PgType.NUMERIC, row -> quotient(row[number])));
      columns.add(new Column("ratio", PgType.NUMERIC, true));
    }
    return columns.isEmpty() ? node : new Project(node, expressions, columns);
  }

  private static @Nullable Object quotient(@Nullable Object by) {
    return by == null ? null : Numerics.divide(BigDecimal.valueOf(100), (BigDecimal) by);
  }

  private Aggregate aggregate(Node node) {
    List<Integer> keys = new ArrayList<>();
    int width = node.columns().size();
    for (int i = random.nextInt(3); i > 0; i--) {
      int key = random.nextInt(width);
      if (!keys.contains(key)) {
        keys.add(key);
      }
    }
    List<AggregateCall> calls = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      calls.add(call(node, random.nextInt(width)));
    }
    return new Aggregate(node, keys, calls);
  }

  private AggregateCall call(Node node, int argument) {
    List<Integer> conditions = of(node, PgType.Kind.BOOL);
    int filter =
        conditions.isEmpty() || random.nextInt(3) > 0 ? AggregateCall.NONE : pick(conditions);
    PgType.Kind kind = node.columns().get(argument).type().kind();
    AggregateFunction function =
        switch (random.nextInt(5)) {
          case 0 -> AggregateFunction.COUNT;
          case 1 -> AggregateFunction.MIN;
          case 2 -> AggregateFunction.MAX;
          case 3 ->
              kind.isNumber()
                  ? AggregateFunction.SUM
                  : kind == PgType.Kind.BOOL ? AggregateFunction.BOOL_AND : AggregateFunction.COUNT;
          default ->
              kind.isNumber()
                  ? AggregateFunction.AVG
                  : kind == PgType.Kind.BOOL ? AggregateFunction.BOOL_OR : AggregateFunction.MAX;
        };
    boolean distinct =
        random.nextInt(4) == 0
            && (function == AggregateFunction.COUNT
                || function == AggregateFunction.SUM
                || function == AggregateFunction.AVG);
    return Plans.call(function, node, argument, distinct, filter);
  }
}

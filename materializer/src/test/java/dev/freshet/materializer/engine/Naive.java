package dev.freshet.materializer.engine;

import dev.freshet.events.TableName;
import dev.freshet.materializer.expression.Numerics;
import dev.freshet.materializer.expression.Order;
import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.AggregateCall;
import dev.freshet.materializer.plan.Distinct;
import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.Filter;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.plan.UnionAll;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A plan computed anew from whole tables, as simply as can be: what the engine must agree with. */
final class Naive {

  /** Equality of key columns. */
  record Key(List<@Nullable Object> values) {
    static Key of(@Nullable Object[] row, List<Integer> columns) {
      List<@Nullable Object> values = new ArrayList<>();
      columns.forEach(column -> values.add(row[column]));
      return new Key(values);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      if (!(other instanceof Key key) || key.values.size() != values.size()) {
        return false;
      }
      for (int i = 0; i < values.size(); i++) {
        if (!Order.same(values.get(i), key.values.get(i))) {
          return false;
        }
      }
      return true;
    }

    @Override
    public int hashCode() {
      int hash = 1;
      for (Object value : values) {
        hash = 31 * hash + Order.hash(value);
      }
      return hash;
    }
  }

  private final Map<TableName, ? extends Collection<Map<String, @Nullable Object>>> tables;

  /** Rows that have no value. */
  long errors;

  Naive(Map<TableName, ? extends Collection<Map<String, @Nullable Object>>> tables) {
    this.tables = tables;
  }

  List<@Nullable Object[]> rows(Node node) {
    if (node instanceof Source source) {
      List<@Nullable Object[]> rows = new ArrayList<>();
      for (Map<String, @Nullable Object> row : Objects.requireNonNull(tables.get(source.table()))) {
        rows.add(source.columns().stream().map(column -> row.get(column.name())).toArray());
      }
      return rows;
    }
    List<@Nullable Object[]> out = new ArrayList<>();
    if (node instanceof Filter filter) {
      for (@Nullable Object[] row : rows(filter.input())) {
        guarded(
            () -> {
              if (Boolean.TRUE.equals(filter.condition().eval(row))) {
                out.add(row);
              }
            });
      }
    } else if (node instanceof Project project) {
      for (@Nullable Object[] row : rows(project.input())) {
        guarded(() -> out.add(project.expressions().stream().map(e -> e.eval(row)).toArray()));
      }
    } else if (node instanceof UnionAll union) {
      union.inputs().forEach(input -> out.addAll(rows(input)));
    } else if (node instanceof Join join) {
      join(join, out);
    } else if (node instanceof Distinct distinct) {
      List<Integer> all = Plans.all(distinct);
      Map<Key, @Nullable Object[]> once = new LinkedHashMap<>();
      rows(distinct.input()).forEach(row -> once.putIfAbsent(Key.of(row, all), row));
      out.addAll(once.values());
    } else {
      aggregate((Aggregate) node, out);
    }
    return out;
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (EvaluationException e) {
      errors++;
    }
  }

  private void join(Join join, List<@Nullable Object[]> out) {
    int leftWidth = join.left().columns().size();
    int width = join.columns().size();
    List<@Nullable Object[]> rights = rows(join.right());
    for (@Nullable Object[] left : rows(join.left())) {
      Key key = Key.of(left, join.leftKeys());
      boolean found = false;
      for (@Nullable Object[] right : rights) {
        if (key.values().contains(null) || !key.equals(Key.of(right, join.rightKeys()))) {
          continue;
        }
        found = true;
        @Nullable Object[] row = Arrays.copyOf(left, width);
        System.arraycopy(right, 0, row, leftWidth, right.length);
        guarded(
            () -> {
              if (join.residual() == null || Boolean.TRUE.equals(join.residual().eval(row))) {
                out.add(row);
              }
            });
      }
      if (!found && join.kind() == Join.Kind.LEFT) {
        out.add(Arrays.copyOf(left, width));
      }
    }
  }

  private void aggregate(Aggregate aggregate, List<@Nullable Object[]> out) {
    Map<Key, List<@Nullable Object[]>> groups = new LinkedHashMap<>();
    if (aggregate.groupKeys().isEmpty()) {
      groups.put(new Key(List.of()), new ArrayList<>());
    }
    for (@Nullable Object[] row : rows(aggregate.input())) {
      groups.computeIfAbsent(Key.of(row, aggregate.groupKeys()), k -> new ArrayList<>()).add(row);
    }
    groups.forEach(
        (key, rows) ->
            guarded(
                () -> {
                  List<@Nullable Object> values = new ArrayList<>(key.values());
                  aggregate.calls().forEach(call -> values.add(call(call, rows)));
                  out.add(values.toArray());
                }));
  }

  private static @Nullable Object call(AggregateCall call, List<@Nullable Object[]> rows) {
    List<Object> values = new ArrayList<>();
    long count = 0;
    for (@Nullable Object[] row : rows) {
      if (call.filter() != AggregateCall.NONE && !Boolean.TRUE.equals(row[call.filter()])) {
        continue;
      }
      count++;
      Object value = call.argument() == AggregateCall.NONE ? null : row[call.argument()];
      if (value != null
          && (!call.distinct() || values.stream().noneMatch(v -> Order.same(v, value)))) {
        values.add(value);
      }
    }
    return switch (call.function()) {
      case COUNT_ROWS -> count;
      case COUNT -> (long) values.size();
      case MIN -> values.stream().min(Order.INSTANCE).orElse(null);
      case MAX -> values.stream().max(Order.INSTANCE).orElse(null);
      case BOOL_AND -> values.isEmpty() ? null : !values.contains(false);
      case BOOL_OR -> values.isEmpty() ? null : values.contains(true);
      case SUM -> values.isEmpty() ? null : sum(call, values);
      case AVG -> values.isEmpty() ? null : average(call, values);
    };
  }

  private static Object sum(AggregateCall call, List<Object> values) {
    if (call.argumentType().kind().isFloat()) {
      return floats(values);
    }
    BigDecimal sum = exact(values);
    if (call.type().kind() != PgType.Kind.INT8) {
      return sum;
    }
    if (sum.toBigInteger().bitLength() >= Long.SIZE) {
      throw new EvaluationException("bigint out of range");
    }
    return sum.longValue();
  }

  private static Object average(AggregateCall call, List<Object> values) {
    return call.argumentType().kind().isFloat()
        ? floats(values) / values.size()
        : Numerics.divide(exact(values), BigDecimal.valueOf(values.size()));
  }

  private static BigDecimal exact(List<Object> values) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Object value : values) {
      BigDecimal number =
          value instanceof Long integer ? BigDecimal.valueOf(integer) : (BigDecimal) value;
      sum = sum.add(number); // the larger scale of the two
    }
    return sum;
  }

  private static double floats(List<Object> values) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Object value : values) {
      double number = (Double) value;
      if (Double.isNaN(number)) {
        return Double.NaN;
      }
      sum = sum.add(new BigDecimal(number));
    }
    return sum.setScale(1100, RoundingMode.UNNECESSARY).doubleValue();
  }
}

package dev.freshet.materializer.expression;

import static dev.freshet.materializer.plan.PgType.Kind.BOOL;

import dev.freshet.materializer.expression.Function.Syntax;
import dev.freshet.materializer.plan.Interval;
import dev.freshet.materializer.plan.PgType.Kind;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;

/** The six comparisons, for each type that has an order; enums have equality alone. */
final class ComparisonFunctions {

  private static final List<Kind> ORDERED =
      List.of(
          Kind.BOOL,
          Kind.INT2,
          Kind.INT4,
          Kind.INT8,
          Kind.NUMERIC,
          Kind.FLOAT4,
          Kind.FLOAT8,
          Kind.TEXT,
          Kind.DATE,
          Kind.TIMESTAMP,
          Kind.TIMESTAMPTZ,
          Kind.UUID);

  private static final long DAY = 86_400_000_000L;
  private static final long DAYS_PER_MONTH = 30;

  private ComparisonFunctions() {}

  static void define(Definitions to) {
    to.prefix("not", BOOL, BOOL, a -> !(Boolean) a);
    for (Kind kind : ORDERED) {
      equality(to, kind, kind, Order.INSTANCE);
      inequality(to, kind, kind, Order.INSTANCE);
    }
    equality(to, Kind.INTERVAL, Kind.INTERVAL, ComparisonFunctions::intervals);
    inequality(to, Kind.INTERVAL, Kind.INTERVAL, ComparisonFunctions::intervals);
    equality(to, Kind.FLOAT4, Kind.FLOAT8, Order.INSTANCE);
    equality(to, Kind.FLOAT8, Kind.FLOAT4, Order.INSTANCE);
    inequality(to, Kind.FLOAT4, Kind.FLOAT8, Order.INSTANCE);
    inequality(to, Kind.FLOAT8, Kind.FLOAT4, Order.INSTANCE);
    equality(to, Kind.ENUM, Kind.ENUM, Order.INSTANCE);
    for (String operator : List.of("<", "<=", ">", ">=")) {
      to.refuse(
          operator,
          Syntax.BINARY,
          "the order of an enum's labels can be changed; compare x::text, or list labels with IN",
          BOOL,
          Kind.ENUM,
          Kind.ENUM);
    }
    for (String operator : List.of("=", "<>", "<", "<=", ">", ">=")) {
      to.refuse(
          operator,
          Syntax.BINARY,
          "take a value out with ->> and compare that",
          BOOL,
          Kind.JSONB,
          Kind.JSONB);
      to.refuse(
          operator,
          Syntax.BINARY,
          "cast it to text first: x::text",
          BOOL,
          Kind.BPCHAR,
          Kind.BPCHAR);
    }
  }

  private static void equality(Definitions to, Kind a, Kind b, Comparator<Object> order) {
    if (order == Order.INSTANCE && (a.isText() || a == Kind.ENUM || a == Kind.UUID)) {
      to.binary("=", a, b, BOOL, Object::equals);
      to.binary("<>", a, b, BOOL, (x, y) -> !x.equals(y));
      return;
    }
    to.binary("=", a, b, BOOL, (x, y) -> order.compare(x, y) == 0);
    to.binary("<>", a, b, BOOL, (x, y) -> order.compare(x, y) != 0);
  }

  private static void inequality(Definitions to, Kind a, Kind b, Comparator<Object> order) {
    to.binary("<", a, b, BOOL, (x, y) -> order.compare(x, y) < 0);
    to.binary("<=", a, b, BOOL, (x, y) -> order.compare(x, y) <= 0);
    to.binary(">", a, b, BOOL, (x, y) -> order.compare(x, y) > 0);
    to.binary(">=", a, b, BOOL, (x, y) -> order.compare(x, y) >= 0);
  }

  /** A month counts 30 days, a day 24 hours. */
  private static int intervals(Object a, Object b) {
    return span((Interval) a).compareTo(span((Interval) b));
  }

  private static BigInteger span(Interval interval) {
    return BigInteger.valueOf(interval.months() * DAYS_PER_MONTH + interval.days())
        .multiply(BigInteger.valueOf(DAY))
        .add(BigInteger.valueOf(interval.micros()));
  }
}

package dev.freshet.materializer.expression;

import static dev.freshet.materializer.plan.PgType.Kind.FLOAT4;
import static dev.freshet.materializer.plan.PgType.Kind.FLOAT8;
import static dev.freshet.materializer.plan.PgType.Kind.INT2;
import static dev.freshet.materializer.plan.PgType.Kind.INT4;
import static dev.freshet.materializer.plan.PgType.Kind.INT8;
import static dev.freshet.materializer.plan.PgType.Kind.NUMERIC;

import dev.freshet.materializer.expression.Function.Syntax;
import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.PgType.Kind;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/** Numbers: operators and functions. */
final class ArithmeticFunctions {

  private static final String USE_FLOAT =
      "write it for double precision, as in sqrt(x::double precision)";
  private static final String LIBM =
      "its last digit depends on the server's C library; compute it in the query that reads the"
          + " view";

  private ArithmeticFunctions() {}

  static void define(Definitions to) {
    for (Kind kind : List.of(INT2, INT4, INT8)) {
      integers(to, kind);
    }
    numerics(to);
    floats(to);
    refuse(to);
  }

  private static void integers(Definitions to, Kind kind) {
    to.binary("+", kind, kind, kind, (a, b) -> Integers.add((Long) a, (Long) b, kind));
    to.binary("-", kind, kind, kind, (a, b) -> Integers.subtract((Long) a, (Long) b, kind));
    to.binary("*", kind, kind, kind, (a, b) -> Integers.multiply((Long) a, (Long) b, kind));
    to.binary("/", kind, kind, kind, (a, b) -> Integers.divide((Long) a, (Long) b, kind));
    to.binary("%", kind, kind, kind, (a, b) -> Integers.remainder((Long) a, (Long) b));
    to.add("mod", (Body.Two) (a, b) -> Integers.remainder((Long) a, (Long) b), kind, kind, kind);
    to.prefix("-", kind, kind, a -> Integers.subtract(0, (Long) a, kind));
    to.prefix("+", kind, kind, a -> a);
    to.add(
        "abs", (Body.One) a -> (Long) a < 0 ? Integers.subtract(0, (Long) a, kind) : a, kind, kind);
  }

  private static void numerics(Definitions to) {
    to.binary("+", NUMERIC, NUMERIC, NUMERIC, (a, b) -> number(a).add(number(b)));
    to.binary("-", NUMERIC, NUMERIC, NUMERIC, (a, b) -> number(a).subtract(number(b)));
    to.binary("*", NUMERIC, NUMERIC, NUMERIC, (a, b) -> number(a).multiply(number(b)));
    to.binary("/", NUMERIC, NUMERIC, NUMERIC, (a, b) -> Numerics.divide(number(a), number(b)));
    to.binary("%", NUMERIC, NUMERIC, NUMERIC, (a, b) -> Numerics.remainder(number(a), number(b)));
    to.add(
        "mod",
        (Body.Two) (a, b) -> Numerics.remainder(number(a), number(b)),
        NUMERIC,
        NUMERIC,
        NUMERIC);
    to.add(
        "div",
        (Body.Two) (a, b) -> Numerics.quotient(number(a), number(b)),
        NUMERIC,
        NUMERIC,
        NUMERIC);
    to.prefix("-", NUMERIC, NUMERIC, a -> number(a).negate());
    to.prefix("+", NUMERIC, NUMERIC, a -> a);
    to.add("abs", (Body.One) a -> number(a).abs(), NUMERIC, NUMERIC);
    to.add("sign", (Body.One) a -> BigDecimal.valueOf(number(a).signum()), NUMERIC, NUMERIC);
    for (String ceiling : List.of("ceil", "ceiling")) {
      to.add(
          ceiling, (Body.One) a -> number(a).setScale(0, RoundingMode.CEILING), NUMERIC, NUMERIC);
    }
    to.add("floor", (Body.One) a -> number(a).setScale(0, RoundingMode.FLOOR), NUMERIC, NUMERIC);
    to.add("round", (Body.One) a -> number(a).setScale(0, RoundingMode.HALF_UP), NUMERIC, NUMERIC);
    to.add("trunc", (Body.One) a -> number(a).setScale(0, RoundingMode.DOWN), NUMERIC, NUMERIC);
    to.add(
        "round",
        (Body.Two) (a, n) -> Numerics.round(number(a), (Long) n, RoundingMode.HALF_UP),
        NUMERIC,
        NUMERIC,
        INT4);
    to.add(
        "trunc",
        (Body.Two) (a, n) -> Numerics.round(number(a), (Long) n, RoundingMode.DOWN),
        NUMERIC,
        NUMERIC,
        INT4);
  }

  private static void floats(Definitions to) {
    for (Kind left : List.of(FLOAT4, FLOAT8)) {
      for (Kind right : List.of(FLOAT4, FLOAT8)) {
        boolean single = left == FLOAT4 && right == FLOAT4;
        Kind kind = single ? FLOAT4 : FLOAT8;
        to.binary("+", left, right, kind, (a, b) -> fit(Floats.add(real(a), real(b)), single));
        to.binary("-", left, right, kind, (a, b) -> fit(Floats.subtract(real(a), real(b)), single));
        to.binary("*", left, right, kind, (a, b) -> fit(Floats.multiply(real(a), real(b)), single));
        to.binary("/", left, right, kind, (a, b) -> fit(Floats.divide(real(a), real(b)), single));
      }
      to.prefix("-", left, left, a -> -real(a));
      to.prefix("+", left, left, a -> a);
      to.add("abs", (Body.One) a -> Math.abs(real(a)), left, left);
    }
    to.add("sign", (Body.One) a -> sign(real(a)), FLOAT8, FLOAT8);
    for (String ceiling : List.of("ceil", "ceiling")) {
      to.add(ceiling, (Body.One) a -> Math.ceil(real(a)), FLOAT8, FLOAT8);
    }
    to.add("floor", (Body.One) a -> Math.floor(real(a)), FLOAT8, FLOAT8);
    to.add("round", (Body.One) a -> Math.rint(real(a)), FLOAT8, FLOAT8);
    to.add(
        "trunc",
        (Body.One) a -> real(a) < 0 ? Math.ceil(real(a)) : Math.floor(real(a)),
        FLOAT8,
        FLOAT8);
    to.add("sqrt", (Body.One) a -> root(real(a)), FLOAT8, FLOAT8);
  }

  private static void refuse(Definitions to) {
    to.refuse("sqrt", Syntax.FUNCTION, USE_FLOAT, NUMERIC, NUMERIC);
    for (Kind kind : List.of(NUMERIC, FLOAT8)) {
      for (String name : List.of("exp", "ln", "log", "cbrt")) {
        to.refuse(name, Syntax.FUNCTION, LIBM, kind, kind);
      }
      to.refuse("log", Syntax.FUNCTION, LIBM, kind, kind, kind);
      for (String name : List.of("power", "pow")) {
        to.refuse(name, Syntax.FUNCTION, LIBM + "; a square is x * x", kind, kind, kind);
      }
      to.refuse("^", Syntax.BINARY, LIBM + "; a square is x * x", kind, kind, kind);
    }
  }

  private static Double sign(double a) {
    return a > 0 ? 1.0 : a < 0 ? -1.0 : 0.0;
  }

  private static Double root(double a) {
    if (a < 0) {
      throw new EvaluationException("cannot take square root of a negative number");
    }
    return Math.sqrt(a);
  }

  private static Double fit(double value, boolean single) {
    return single ? Floats.toFloat(value) : (Double) value;
  }

  private static BigDecimal number(Object value) {
    return (BigDecimal) value;
  }

  private static double real(Object value) {
    return (Double) value;
  }
}

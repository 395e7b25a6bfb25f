package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.PgType.Kind;

/** Integer arithmetic that raises on overflow, as Postgres does, instead of wrapping. */
final class Integers {

  private Integers() {}

  /** The value, when it fits. */
  static Long fit(long value, Kind kind) {
    boolean fits =
        switch (kind) {
          case INT2 -> value == (short) value;
          case INT4 -> value == (int) value;
          default -> true;
        };
    if (!fits) {
      throw outOfRange(kind);
    }
    return value;
  }

  static EvaluationException outOfRange(Kind kind) {
    String name =
        switch (kind) {
          case INT2 -> "smallint";
          case INT4 -> "integer";
          default -> "bigint";
        };
    return new EvaluationException(name + " out of range");
  }

  static Long add(long a, long b, Kind kind) {
    long sum = a + b;
    if (((a ^ sum) & (b ^ sum)) < 0) {
      throw outOfRange(kind);
    }
    return fit(sum, kind);
  }

  static Long subtract(long a, long b, Kind kind) {
    long difference = a - b;
    if (((a ^ b) & (a ^ difference)) < 0) {
      throw outOfRange(kind);
    }
    return fit(difference, kind);
  }

  static Long multiply(long a, long b, Kind kind) {
    long high = Math.multiplyHigh(a, b);
    long low = a * b;
    if (high != low >> 63) {
      throw outOfRange(kind);
    }
    return fit(low, kind);
  }

  static Long divide(long a, long b, Kind kind) {
    if (b == 0) {
      throw new EvaluationException("division by zero");
    }
    if (b == -1) {
      return subtract(0, a, kind);
    }
    return a / b;
  }

  static Long remainder(long a, long b) {
    if (b == 0) {
      throw new EvaluationException("division by zero");
    }
    return b == -1 ? 0L : a % b;
  }
}

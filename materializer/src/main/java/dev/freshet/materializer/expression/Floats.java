package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.EvaluationException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Arithmetic of real and double precision: overflow and underflow are errors, as in Postgres. */
final class Floats {

  /** Decimal digits that survive a round trip (DBL_DIG, FLT_DIG), and that always suffice. */
  private static final int DOUBLE_SURE = 15;

  private static final int DOUBLE_ENOUGH = 17;
  private static final int FLOAT_SURE = 6;
  private static final int FLOAT_ENOUGH = 9;

  private Floats() {}

  static Double add(double a, double b) {
    return checked(a + b, Double.isInfinite(a) || Double.isInfinite(b));
  }

  static Double subtract(double a, double b) {
    return checked(a - b, Double.isInfinite(a) || Double.isInfinite(b));
  }

  static Double multiply(double a, double b) {
    double product = checked(a * b, Double.isInfinite(a) || Double.isInfinite(b));
    return nonZero(product, a == 0 || b == 0);
  }

  static Double divide(double a, double b) {
    if (b == 0 && !Double.isNaN(a)) {
      throw new EvaluationException("division by zero");
    }
    double quotient = checked(a / b, Double.isInfinite(a));
    return nonZero(quotient, a == 0 || Double.isInfinite(b));
  }

  static Double checked(double result, boolean mayBeInfinite) {
    if (Double.isInfinite(result) && !mayBeInfinite) {
      throw new EvaluationException("value out of range: overflow");
    }
    return result;
  }

  private static Double nonZero(double result, boolean mayBeZero) {
    if (result == 0 && !mayBeZero) {
      throw new EvaluationException("value out of range: underflow");
    }
    return result;
  }

  /** The nearest real, as a double. */
  static Double toFloat(double value) {
    float narrow = (float) value;
    if (Float.isInfinite(narrow) && !Double.isInfinite(value)) {
      throw new EvaluationException("value out of range: overflow");
    }
    if (narrow == 0 && value != 0) {
      throw new EvaluationException("value out of range: underflow");
    }
    return (double) narrow;
  }

  static BigDecimal toNumeric(double value, boolean single) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw new EvaluationException("numeric " + text(value, false) + " is not supported");
    }
    int digits = single ? FLOAT_SURE : DOUBLE_SURE;
    BigDecimal rounded =
        new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
    BigDecimal shown = rounded.signum() == 0 ? BigDecimal.ZERO : rounded.stripTrailingZeros();
    return shown.scale() < 0 ? shown.setScale(0) : shown;
  }

  /** The shortest text that reads back to the same number, in Postgres's layout. */
  static String text(double value, boolean single) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    BigDecimal shortest = shortest(value, single).stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < (single ? FLOAT_SURE : DOUBLE_SURE)) {
      return shortest.toPlainString();
    }
    String digits = shortest.unscaledValue().abs().toString();
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return (value < 0 ? "-" : "")
        + mantissa
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }

  private static BigDecimal shortest(double value, boolean single) {
    BigDecimal exact = new BigDecimal(value);
    int enough = single ? FLOAT_ENOUGH : DOUBLE_ENOUGH;
    boolean normal = Math.abs(value) >= (single ? Float.MIN_NORMAL : Double.MIN_NORMAL);
    int first = !normal ? 1 : single ? FLOAT_SURE : DOUBLE_SURE;
    for (int digits = first; digits < enough; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (reads(rounded, value, single)) {
        return rounded;
      }
      // Below a power of two the next number is nearer than above it: the nearest decimal may miss.
      BigDecimal up = rounded.add(rounded.ulp().multiply(BigDecimal.valueOf(exact.signum())));
      if (rounded.abs().compareTo(exact.abs()) < 0 && reads(up, value, single)) {
        return up;
      }
    }
    return exact.round(new MathContext(enough, RoundingMode.HALF_EVEN));
  }

  /**
   * Whether the number is the nearest to the text; Postgres does not count on how a tie is read.
   */
  private static boolean reads(BigDecimal text, double value, boolean single) {
    boolean same =
        single
            ? Float.parseFloat(text.toString()) == (float) value
            : Double.parseDouble(text.toString()) == value;
    if (!same) {
      return false;
    }
    BigDecimal off = text.subtract(new BigDecimal(value));
    double neighbour = neighbour(value, off.signum() > 0, single);
    return Double.isInfinite(neighbour)
        || off.abs().compareTo(text.subtract(new BigDecimal(neighbour)).abs()) < 0;
  }

  private static double neighbour(double value, boolean above, boolean single) {
    if (single) {
      return above ? Math.nextUp((float) value) : Math.nextDown((float) value);
    }
    return above ? Math.nextUp(value) : Math.nextDown(value);
  }
}

package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.EvaluationException;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Arithmetic of {@code numeric}: exact, with the display scale Postgres gives a result. */
public final class Numerics {

  /** Significant decimal digits a division has at least (NUMERIC_MIN_SIG_DIGITS of numeric.c). */
  private static final int DIVISION_DIGITS = 16;

  private static final int DISPLAY_SCALE_MAX = 1000;

  /** Digits Postgres packs into one; its rule for the scale counts these. */
  private static final int PACKED = 4;

  /** Postgres rounds to at most this many digits (NUMERIC_MAX_RESULT_SCALE). */
  private static final int ROUND_SCALE_MAX = 2000;

  private Numerics() {}

  /**
   * The quotient, rounded half away from zero to the scale of numeric.c's select_div_scale.
   *
   * @throws EvaluationException for a zero divisor
   */
  public static BigDecimal divide(BigDecimal a, BigDecimal b) {
    if (b.signum() == 0) {
      throw new EvaluationException("division by zero");
    }
    int weight = weight(a) - weight(b);
    if (firstDigit(a) <= firstDigit(b)) {
      weight--;
    }
    int scale = DIVISION_DIGITS - weight * PACKED;
    scale = Math.max(scale, Math.max(a.scale(), b.scale()));
    scale = Math.min(Math.max(scale, 0), DISPLAY_SCALE_MAX);
    return a.divide(b, scale, RoundingMode.HALF_UP);
  }

  /** Power of 10,000 of the first packed digit. */
  static int weight(BigDecimal number) {
    return number.signum() == 0
        ? 0
        : Math.floorDiv(number.precision() - number.scale() - 1, PACKED);
  }

  private static int firstDigit(BigDecimal number) {
    return number.signum() == 0
        ? 0
        : number.abs().scaleByPowerOfTen(-PACKED * weight(number)).intValue();
  }

  /** The remainder with the sign of {@code a} and the larger of both scales. */
  static BigDecimal remainder(BigDecimal a, BigDecimal b) {
    if (b.signum() == 0) {
      throw new EvaluationException("division by zero");
    }
    return a.remainder(b).setScale(Math.max(a.scale(), b.scale()), RoundingMode.UNNECESSARY);
  }

  /** The integer part of the quotient. */
  static BigDecimal quotient(BigDecimal a, BigDecimal b) {
    if (b.signum() == 0) {
      throw new EvaluationException("division by zero");
    }
    return a.divideToIntegralValue(b).setScale(0, RoundingMode.DOWN);
  }

  /** To a scale, which may be negative; never displayed with less than scale 0. */
  static BigDecimal round(BigDecimal number, long scale, RoundingMode mode) {
    int bounded = (int) Math.max(-ROUND_SCALE_MAX, Math.min(ROUND_SCALE_MAX, scale));
    BigDecimal rounded = number.setScale(bounded, mode);
    return bounded < 0 ? rounded.setScale(0) : rounded;
  }

  /**
   * Into {@code numeric(precision,scale)}: rounded half away from zero.
   *
   * @throws EvaluationException when there are too many digits before the point
   */
  static BigDecimal fit(BigDecimal number, int precision, int scale) {
    BigDecimal rounded = number.setScale(scale, RoundingMode.HALF_UP);
    if (rounded.signum() != 0 && rounded.precision() > precision) {
      throw new EvaluationException("numeric field overflow");
    }
    return scale < 0 ? rounded.setScale(0) : rounded;
  }
}

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
}

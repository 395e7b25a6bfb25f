package dev.freshet.materializer.engine;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * What tells apart values that are equal: the scale of a numeric, the sign of a floating zero.
 *
 * <p>Postgres shows one of the equal values of a group and does not say which; it never shows one
 * that is not there. So the variants present are counted.
 */
final class Variant {

  private static final int NEGATIVE_ZERO = 1;

  private Variant() {}

  static int of(@Nullable Object value) {
    if (value instanceof BigDecimal number) {
      return number.scale();
    }
    return value instanceof Double number && number == 0 && 1 / number < 0 ? NEGATIVE_ZERO : 0;
  }

  /** The equal value of this variant. */
  static @Nullable Object as(@Nullable Object value, int variant) {
    if (value instanceof BigDecimal number) {
      return number.scale() == variant
          ? number
          : number.setScale(variant, RoundingMode.UNNECESSARY);
    }
    if (value instanceof Double number && number == 0) {
      return variant == NEGATIVE_ZERO ? -0.0 : 0.0;
    }
    return value;
  }
}

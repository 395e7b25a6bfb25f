package dev.freshet.materializer.expression;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Equality and order of two values of one type, neither of them NULL, as Postgres has them.
 *
 * <p>Numeric 1.0 equals 1.00; NaN equals NaN and is greater than every number; -0 equals 0; text is
 * ordered by code point (collation C), not by UTF-16 unit; false is before true; a UUID is ordered
 * by its unsigned bytes. Thread-safe.
 */
public final class Order implements Comparator<Object> {

  /** The one order. */
  public static final Order INSTANCE = new Order();

  private Order() {}

  @Override
  public int compare(Object a, Object b) {
    if (a instanceof Long x) {
      return Long.compare(x, (Long) b);
    }
    if (a instanceof String x) {
      return text(x, (String) b);
    }
    if (a instanceof BigDecimal x) {
      return x.compareTo((BigDecimal) b);
    }
    if (a instanceof Double x) {
      return floats(x, (Double) b);
    }
    if (a instanceof Boolean x) {
      return x.compareTo((Boolean) b);
    }
    return uuid((UUID) a, (UUID) b);
  }

  /** Equality as for GROUP BY: NULL equals NULL. */
  public static boolean same(@Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return a == b;
    }
    return a.equals(b)
        || ((a instanceof BigDecimal || a instanceof Double) && INSTANCE.compare(a, b) == 0);
  }

  /** A hash that agrees with {@link #same}. */
  public static int hash(@Nullable Object value) {
    if (value instanceof BigDecimal number) {
      return number.signum() == 0 ? 0 : number.stripTrailingZeros().hashCode();
    }
    if (value instanceof Double number) {
      return number == 0 ? 0 : number.hashCode();
    }
    return value == null ? 0 : value.hashCode();
  }

  static int floats(double a, double b) {
    return a == b ? 0 : Double.compare(a, b);
  }

  /** Order of UTF-8 bytes, which is that of code points. */
  public static int text(String a, String b) {
    int n = Math.min(a.length(), b.length());
    for (int i = 0; i < n; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        // Supplementary code points are above all others, but their UTF-16 units are not.
        boolean high = Character.isSurrogate(x);
        return high == Character.isSurrogate(y) ? x - y : high ? 1 : -1;
      }
    }
    return a.length() - b.length();
  }

  private static int uuid(UUID a, UUID b) {
    int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
  }
}

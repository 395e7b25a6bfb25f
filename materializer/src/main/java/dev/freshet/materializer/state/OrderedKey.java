package dev.freshet.materializer.state;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The encoding of key columns: the unsigned order of the bytes is the order of the values in {@link
 * dev.freshet.materializer.expression.Order}, and values that are equal there have equal bytes.
 *
 * <p>So numeric 1.0 and 1.00 are one key, as are -0 and 0; NaN is the greatest float; text is
 * ordered by code point; negative numbers come before positive ones. NULL comes after every value,
 * as in Postgres. Each value ends by itself: the bytes of some columns are a prefix of the bytes of
 * these columns and more.
 */
public final class OrderedKey {

  private static final int VALUE = 0x10;
  private static final int NULL = 0x20;
  private static final int NEGATIVE = 0x01;
  private static final int ZERO = 0x02;
  private static final int POSITIVE = 0x03;

  private OrderedKey() {}

  /** Appends one column. */
  public static void append(Encoder out, @Nullable Object value) {
    if (value == null) {
      out.write(NULL);
      return;
    }
    out.write(VALUE);
    if (value instanceof Long number) {
      out.fixed(number ^ Long.MIN_VALUE);
    } else if (value instanceof String text) {
      text(out, text);
    } else if (value instanceof BigDecimal number) {
      numeric(out, number);
    } else if (value instanceof Double number) {
      out.fixed(floating(number));
    } else if (value instanceof Boolean bool) {
      out.write(bool ? 1 : 0);
    } else if (value instanceof UUID uuid) {
      out.fixed(uuid.getMostSignificantBits()).fixed(uuid.getLeastSignificantBits());
    } else {
      throw new IllegalArgumentException("no key encoding for " + value.getClass());
    }
  }

  /** UTF-8, which is ordered by code point; a zero byte ends it, and is escaped inside. */
  private static void text(Encoder out, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int from = 0;
    for (int i = 0; i < utf8.length; i++) {
      if (utf8[i] == 0) {
        out.write(java.util.Arrays.copyOfRange(utf8, from, i + 1)).write(0xFF);
        from = i + 1;
      }
    }
    out.write(from == 0 ? utf8 : java.util.Arrays.copyOfRange(utf8, from, utf8.length));
    out.write(0).write(0);
  }

  private static long floating(double value) {
    double plain = value == 0 ? 0 : value;
    long bits = Double.doubleToLongBits(plain); // one NaN for all
    return bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
  }

  /** Sign, power of ten of the first digit, digits without trailing zeros, an end. */
  private static void numeric(Encoder out, BigDecimal value) {
    int sign = value.signum();
    if (sign == 0) {
      out.write(ZERO);
      return;
    }
    BigDecimal plain = value.stripTrailingZeros();
    BigInteger unscaled = plain.unscaledValue().abs();
    String digits = unscaled.toString();
    int flip = sign < 0 ? 0xFF : 0;
    out.write(sign < 0 ? NEGATIVE : POSITIVE);
    int exponent = (digits.length() - plain.scale()) ^ Integer.MIN_VALUE;
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.write((exponent >>> shift) ^ flip);
    }
    for (int i = 0; i < digits.length(); i += 2) { // two digits per byte, 1 to 100
      int high = digits.charAt(i) - '0';
      int low = i + 1 < digits.length() ? digits.charAt(i + 1) - '0' : 0;
      out.write((high * 10 + low + 1) ^ flip);
    }
    out.write(flip);
  }

  /** Appends these columns of a row. */
  public static void append(Encoder out, @Nullable Object[] row, int[] columns) {
    for (int column : columns) {
      append(out, row[column]);
    }
  }

  /**
   * The end of the range of keys that begin with these bytes: what comes after all of them.
   *
   * @param prefix not only bytes of 0xFF
   */
  public static Bytes afterAll(Bytes prefix) {
    byte[] end = prefix.get().clone();
    int last = end.length - 1;
    while (end[last] == (byte) 0xFF) {
      last--;
    }
    end[last]++;
    return Bytes.wrap(java.util.Arrays.copyOf(end, last + 1));
  }

  /** The key that comes right after this one. */
  static Bytes after(Bytes key) {
    byte[] bytes = key.get();
    return Bytes.wrap(java.util.Arrays.copyOf(bytes, bytes.length + 1));
  }
}

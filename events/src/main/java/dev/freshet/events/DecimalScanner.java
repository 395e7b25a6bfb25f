package dev.freshet.events;

/**
 * Reads a plain JSON number, digits with or without a fraction, exactly and without garbage; gives
 * up at signs, exponents and more than 18 digits.
 */
final class DecimalScanner {

  private static final int MAX_DIGITS = 18;
  private static final long MAX_EXACT = 1L << 53;
  private static final long[] TENS = new long[MAX_DIGITS + 1];

  static {
    TENS[0] = 1;
    for (int i = 1; i < TENS.length; i++) {
      TENS[i] = TENS[i - 1] * 10;
    }
  }

  private long digits;
  private int scale;

  /** Past the number that begins here; negative when it is not plain. */
  int scan(byte[] value, int start) {
    long digits = 0;
    int at = start;
    int count = 0;
    while (at < value.length && isDigit(value[at])) {
      digits = digits * 10 + (value[at++] - '0');
      count++;
    }
    if (count == 0 || count > MAX_DIGITS || (count > 1 && value[start] == '0')) {
      return RequestScanner.UNUSUAL;
    }
    int whole = count;
    if (at < value.length && value[at] == '.') {
      at++;
      while (at < value.length && isDigit(value[at])) {
        digits = digits * 10 + (value[at++] - '0');
        count++;
      }
      if (count == whole || count > MAX_DIGITS) {
        return RequestScanner.UNUSUAL;
      }
    }
    if (at < value.length && (value[at] == 'e' || value[at] == 'E')) {
      return RequestScanner.UNUSUAL;
    }
    this.digits = digits;
    this.scale = count - whole;
    return at;
  }

  boolean isWhole() {
    return scale == 0;
  }

  /** The number without its fraction. */
  long floor() {
    return digits / TENS[scale];
  }

  /**
   * Whether {@link #toDouble} is the nearest double: both parts are doubles, and one division
   * rounds once.
   */
  boolean isExactAsDouble() {
    return digits <= MAX_EXACT;
  }

  double toDouble() {
    return (double) digits / TENS[scale];
  }

  /** Milliseconds as nanoseconds, half rounded up; negative when out of range. */
  long millisAsNanos() {
    if (scale > 6) {
      long unit = TENS[scale - 6];
      return digits / unit + (digits % unit >= unit / 2 ? 1 : 0);
    }
    long factor = TENS[6 - scale];
    return digits > Long.MAX_VALUE / factor ? -1 : digits * factor;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}

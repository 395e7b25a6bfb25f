package dev.freshet.app.command;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How fast a recording is replayed.
 *
 * @param factor of the original speed; infinite for as fast as it goes
 */
record Speed(double factor) {

  private static final Pattern FORM = Pattern.compile("([0-9]{1,6}(?:\\.[0-9]{1,3})?)x");

  /**
   * When a record is due.
   *
   * @param sinceFirstMillis its timestamp minus that of the first record
   * @return nanoseconds after the first was sent
   */
  long dueNanos(long sinceFirstMillis) {
    return Double.isInfinite(factor)
        ? 0
        : (long) (Math.max(0, sinceFirstMillis) * 1_000_000.0 / factor);
  }

  /** Reads {@code 1x}, {@code 0.5x}, {@code max}. */
  static final class Reader implements ITypeConverter<Speed> {
    @Override
    public Speed convert(String text) {
      if (text.equals("max")) {
        return new Speed(Double.POSITIVE_INFINITY);
      }
      Matcher parts = FORM.matcher(text);
      double factor = parts.matches() ? Double.parseDouble(parts.group(1)) : 0;
      if (factor <= 0) {
        throw new TypeConversionException("\"" + text + "\" is not a speed like 1x, 10x or max");
      }
      return new Speed(factor);
    }
  }
}

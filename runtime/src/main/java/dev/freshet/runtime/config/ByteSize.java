package dev.freshet.runtime.config;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of bytes, written with a unit: {@code 64kb}, {@code 512mb}, {@code 1gb}; 1kb is 1024.
 */
public record ByteSize(long bytes) {
  private static final List<String> UNITS = List.of("b", "kb", "mb", "gb", "tb");
  private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,18})([a-zA-Z]*)");

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size of " + bytes + " bytes; expected 0 or more");
    }
  }

  /** Reads {@code 64kb}; a number alone is refused because its unit would be a guess. */
  public static ByteSize parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("\"" + text + "\" is not a size like 64kb, 512mb or 1gb");
    }
    String number = matcher.group(1);
    String unit = matcher.group(2).toLowerCase(Locale.ROOT);
    if (unit.isEmpty()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" has no unit; write " + number + "kb or " + number + "mb");
    }
    int power = UNITS.indexOf(unit);
    if (power < 0) {
      throw new IllegalArgumentException(
          "\"" + text + "\" ends in \"" + unit + "\"; the units are b, kb, mb, gb and tb");
    }
    try {
      return new ByteSize(Math.multiplyExact(Long.parseLong(number), 1L << (10 * power)));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is more than a 64-bit count of bytes", e);
    }
  }

  /** As it would be written, in the largest unit that loses nothing. */
  @Override
  public String toString() {
    int power = 0;
    long rest = bytes;
    while (rest > 0 && rest % 1024 == 0 && power < UNITS.size() - 1) {
      rest /= 1024;
      power++;
    }
    return rest + UNITS.get(power);
  }
}

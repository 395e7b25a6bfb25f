package dev.freshet.runtime.config;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The scalar types every config has. */
final class StandardScalars {
  static final List<Scalar<?>> ALL =
      List.of(
          plain(String.class, "a text", Scalar.Json.STRING, "", text -> text),
          plain(Boolean.class, "true or false", Scalar.Json.BOOLEAN, "", StandardScalars::bool),
          plain(
              Integer.class,
              "a whole number",
              Scalar.Json.INTEGER,
              "8",
              text -> (int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE)),
          plain(
              Long.class,
              "a whole number",
              Scalar.Json.INTEGER,
              "8",
              text -> whole(text, Long.MIN_VALUE, Long.MAX_VALUE)),
          plain(Double.class, "a number", Scalar.Json.NUMBER, "0.5", StandardScalars::number),
          Scalar.text(
                  Duration.class, "a duration", "^[0-9]+(ms|s|m|h|d)$", "10s", DurationText::parse)
              .printedAs(DurationText::print),
          Scalar.text(
              ByteSize.class, "a size", "^[0-9]+([kKmMgGtT]?[bB])$", "64mb", ByteSize::parse),
          plain(Secret.class, "a secret", Scalar.Json.STRING, "", Secret::new));

  private static final Set<String> OTHER_TRUTHS = Set.of("yes", "on", "true", "1");
  private static final Set<String> OTHER_LIES = Set.of("no", "off", "false", "0");
  private static final int LONGEST_NUMBER = 40; // characters

  private StandardScalars() {}

  private static <T> Scalar<T> plain(
      Class<T> type, String name, Scalar.Json json, String example, Function<String, T> parse) {
    return new Scalar<>(
        type, name, json, Optional.empty(), example, List.of(), parse, Object::toString);
  }

  private static boolean bool(String text) {
    if (text.equals("true") || text.equals("false")) {
      return text.equals("true");
    }
    String lower = text.toLowerCase(Locale.ROOT);
    String hint = OTHER_TRUTHS.contains(lower) ? "; write true" : "";
    if (OTHER_LIES.contains(lower)) {
      hint = "; write false";
    }
    throw new IllegalArgumentException("\"" + text + "\" is not true or false" + hint);
  }

  private static long whole(String text, long least, long most) {
    if (text.length() > LONGEST_NUMBER || !text.matches("[+-]?[0-9]+")) {
      throw new IllegalArgumentException("\"" + text + "\" is not a whole number like 8");
    }
    BigInteger number = new BigInteger(text);
    if (number.compareTo(BigInteger.valueOf(least)) < 0
        || number.compareTo(BigInteger.valueOf(most)) > 0) {
      throw new IllegalArgumentException(
          text + " does not fit; expected a whole number from " + least + " to " + most);
    }
    return number.longValue();
  }

  private static double number(String text) {
    if (text.length() > LONGEST_NUMBER
        || !text.matches("[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?")) {
      throw new IllegalArgumentException("\"" + text + "\" is not a number like 0.5");
    }
    double number = new BigDecimal(text).doubleValue();
    if (Double.isInfinite(number)) {
      throw new IllegalArgumentException(text + " is too large for a double");
    }
    return number;
  }
}

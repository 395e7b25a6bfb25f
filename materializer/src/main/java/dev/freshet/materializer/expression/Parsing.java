package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.PgType.Kind;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/** Texts to values, as Postgres's input functions read them. */
final class Parsing {

  private static final Pattern INTEGER = Pattern.compile("[+-]?\\d+");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d{1,5})?");
  private static final Pattern UUID_DIGITS =
      Pattern.compile("(?:[0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}");
  private static final int HEX = 16;

  /** Digits a number in a text may have in front of or behind the point. */
  private static final int DIGITS_MAX = 1_000;

  private Parsing() {}

  static EvaluationException invalid(String type, String text) {
    return new EvaluationException(
        "invalid input syntax for type %s: \"%s\"".formatted(type, text));
  }

  static Long integer(String text, Kind kind) {
    String type = kind == Kind.INT2 ? "smallint" : kind == Kind.INT4 ? "integer" : "bigint";
    String digits = text.strip();
    if (!INTEGER.matcher(digits).matches()) {
      throw invalid(type, text);
    }
    try {
      long value = Long.parseLong(digits);
      return Integers.fit(value, kind);
    } catch (NumberFormatException | EvaluationException e) {
      throw new EvaluationException(
          "value \"%s\" is out of range for type %s".formatted(text, type));
    }
  }

  static BigDecimal numeric(String text) {
    String digits = text.strip();
    if (!NUMBER.matcher(digits).matches()) {
      throw invalid("numeric", text);
    }
    BigDecimal number = new BigDecimal(digits.endsWith(".") ? digits + "0" : digits);
    if (digits.endsWith(".")) {
      number = number.setScale(0);
    }
    if (Math.abs(number.scale()) > DIGITS_MAX || number.precision() > DIGITS_MAX) {
      throw new EvaluationException("value overflows numeric format");
    }
    return number.scale() < 0 ? number.setScale(0) : number;
  }

  static Double real(String text, boolean single) {
    String type = single ? "real" : "double precision";
    String digits = text.strip();
    switch (digits.toLowerCase(Locale.ROOT)) {
      case "nan" -> {
        return Double.NaN;
      }
      case "inf", "+inf", "infinity", "+infinity" -> {
        return Double.POSITIVE_INFINITY;
      }
      case "-inf", "-infinity" -> {
        return Double.NEGATIVE_INFINITY;
      }
      default -> {
        if (!NUMBER.matcher(digits).matches()) {
          throw invalid(type, text);
        }
      }
    }
    double value = single ? Float.parseFloat(digits) : Double.parseDouble(digits);
    boolean zero = value == 0 && digits.replaceFirst("[eE].*", "").matches(".*[1-9].*");
    if (Double.isInfinite(value) || zero) {
      throw new EvaluationException("\"%s\" is out of range for type %s".formatted(digits, type));
    }
    return value;
  }

  static Boolean bool(String text) {
    String word = text.strip().toLowerCase(Locale.ROOT);
    boolean some = !word.isEmpty();
    if (word.equals("on") || word.equals("1")) {
      return true;
    }
    if (word.equals("of") || word.equals("off") || word.equals("0")) {
      return false;
    }
    if (some && ("true".startsWith(word) || "yes".startsWith(word))) {
      return true;
    }
    if (some && ("false".startsWith(word) || "no".startsWith(word))) {
      return false;
    }
    throw invalid("boolean", text);
  }

  static UUID uuid(String text) {
    boolean braces = text.startsWith("{") && text.endsWith("}") && text.length() > 1;
    String bare = braces ? text.substring(1, text.length() - 1) : text;
    if (!UUID_DIGITS.matcher(bare).matches()) {
      throw invalid("uuid", text);
    }
    String hex = bare.replace("-", "");
    return new UUID(
        Long.parseUnsignedLong(hex.substring(0, HEX), HEX),
        Long.parseUnsignedLong(hex.substring(HEX), HEX));
  }
}

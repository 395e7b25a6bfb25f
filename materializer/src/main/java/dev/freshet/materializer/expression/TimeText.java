package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.EvaluationException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Dates and timestamps as text: printed as Postgres does with DateStyle ISO, read in ISO 8601. */
final class TimeText {

  private static final Pattern DATE = Pattern.compile("(\\d{4,7})-(\\d{1,2})-(\\d{1,2})( BC)?");
  private static final Pattern TIMESTAMP =
      Pattern.compile(
          "(\\d{4,7})-(\\d{1,2})-(\\d{1,2})"
              + "(?:[ T](\\d{1,2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d{1,6}))?)?)?"
              + "\\s*(Z|z|UTC|[+-]\\d{1,2}(?::?\\d{2})?)?( BC)?");
  private static final int FRACTION_DIGITS = 6;

  private TimeText() {}

  static String date(long day) {
    return Times.infinite(day) ? infinity(day) : date(LocalDate.ofEpochDay(day)) + era(day);
  }

  static String timestamp(long micros) {
    return Times.infinite(micros)
        ? infinity(micros)
        : local(micros) + era(Math.floorDiv(micros, Times.DAY));
  }

  static String timestamptz(long utc, ZoneId zone) {
    if (Times.infinite(utc)) {
      return infinity(utc);
    }
    int offset = Times.offset(utc, zone);
    long local = utc + offset * Times.SECOND;
    int ahead = Math.abs(offset);
    StringBuilder text = new StringBuilder(local(local)).append(offset < 0 ? '-' : '+');
    two(text, ahead / 3600);
    if (ahead % 3600 != 0) {
      two(text.append(':'), ahead / 60 % 60);
      if (ahead % 60 != 0) {
        two(text.append(':'), ahead % 60);
      }
    }
    return text.append(era(Math.floorDiv(local, Times.DAY))).toString();
  }

  private static String infinity(long value) {
    return value > 0 ? "infinity" : "-infinity";
  }

  private static String era(long day) {
    return LocalDate.ofEpochDay(day).getYear() > 0 ? "" : " BC";
  }

  private static String date(LocalDate date) {
    int year = date.getYear();
    StringBuilder text = new StringBuilder(10);
    String shown = Integer.toString(year > 0 ? year : 1 - year);
    text.append("0".repeat(Math.max(0, 4 - shown.length()))).append(shown).append('-');
    two(text, date.getMonthValue());
    two(text.append('-'), date.getDayOfMonth());
    return text.toString();
  }

  private static String local(long micros) {
    LocalDateTime time = Times.dateTime(micros);
    StringBuilder text = new StringBuilder(date(time.toLocalDate())).append(' ');
    clock(text, Math.floorMod(micros, Times.DAY));
    return text.toString();
  }

  /** {@code HH:MM:SS} and as many digits of the fraction as are not zero. */
  static void clock(StringBuilder text, long micros) {
    two(text, micros / Times.HOUR);
    two(text.append(':'), micros / Times.MINUTE % 60);
    two(text.append(':'), micros / Times.SECOND % 60);
    long fraction = micros % Times.SECOND;
    if (fraction != 0) {
      String digits = Long.toString(Times.SECOND + fraction).substring(1);
      text.append('.').append(digits.replaceFirst("0+$", ""));
    }
  }

  private static void two(StringBuilder text, long number) {
    if (number < 10) {
      text.append('0');
    }
    text.append(number);
  }

  static Long parseDate(String text) {
    String trimmed = text.strip();
    Long infinite = parseInfinity(trimmed);
    if (infinite != null) {
      return infinite;
    }
    Matcher date = DATE.matcher(trimmed);
    if (!date.matches()) {
      // Postgres takes a timestamp for a date, and drops the time.
      return Math.floorDiv(parse(trimmed, "date", null), Times.DAY);
    }
    return Times.checkedDate(day(date, 4, text).toEpochDay());
  }

  /** Without zone: an offset in the text is ignored, as in Postgres. */
  static Long parseTimestamp(String text) {
    return parse(text, "timestamp", null);
  }

  /** With zone: a text without offset is in the session's. */
  static Long parseTimestamptz(String text, ZoneId session) {
    return parse(text, "timestamp with time zone", session);
  }

  private static long parse(String text, String type, @Nullable ZoneId session) {
    String trimmed = text.strip();
    Long infinite = parseInfinity(trimmed);
    if (infinite != null) {
      return infinite;
    }
    Matcher parts = TIMESTAMP.matcher(trimmed);
    if (!parts.matches()) {
      throw invalid(type, text);
    }
    LocalDate day = day(parts, 9, text);
    int hour = number(parts.group(4));
    int minute = number(parts.group(5));
    int second = number(parts.group(6));
    boolean endOfDay = hour == 24 && minute == 0 && second == 0;
    if ((hour > 23 && !endOfDay) || minute > 59 || second > 60) {
      throw outOfRange(text);
    }
    String fraction = parts.group(7);
    long micros =
        fraction == null
            ? 0
            : Long.parseLong(fraction + "0".repeat(FRACTION_DIGITS - fraction.length()));
    long local =
        day.toEpochDay() * Times.DAY
            + hour * Times.HOUR
            + minute * Times.MINUTE
            + second * Times.SECOND
            + micros;
    String offset = parts.group(8);
    if (session == null) {
      return Times.checkedTimestamp(local);
    }
    return Times.checkedTimestamp(
        offset == null ? Times.toUtc(local, session) : local - offsetMicros(offset));
  }

  private static LocalDate day(Matcher parts, int bc, String text) {
    try {
      int year = Integer.parseInt(parts.group(1));
      if (year == 0) {
        throw outOfRange(text);
      }
      return LocalDate.of(
          parts.group(bc) == null ? year : 1 - year,
          number(parts.group(2)),
          number(parts.group(3)));
    } catch (DateTimeException | NumberFormatException e) {
      throw outOfRange(text);
    }
  }

  private static int number(@Nullable String digits) {
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  private static long offsetMicros(String offset) {
    char sign = offset.charAt(0);
    if (sign != '+' && sign != '-') {
      return 0;
    }
    String digits = offset.substring(1).replace(":", "");
    String hours = digits.length() <= 2 ? digits : digits.substring(0, digits.length() - 2);
    String minutes = digits.length() <= 2 ? "0" : digits.substring(digits.length() - 2);
    long micros = number(hours) * Times.HOUR + number(minutes) * Times.MINUTE;
    return sign == '-' ? -micros : micros;
  }

  private static @Nullable Long parseInfinity(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "infinity" -> Times.INFINITY;
      case "-infinity" -> Times.MINUS_INFINITY;
      case "epoch" -> 0L;
      default -> null;
    };
  }

  private static EvaluationException invalid(String type, String text) {
    return new EvaluationException(
        "invalid input syntax for type %s: \"%s\"".formatted(type, text));
  }

  private static EvaluationException outOfRange(String text) {
    return new EvaluationException("date/time field value out of range: \"" + text + "\"");
  }
}

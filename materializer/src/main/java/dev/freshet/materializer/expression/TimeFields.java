package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.Interval;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/** {@code date_trunc} and {@code extract}. */
final class TimeFields {

  private static final int MONTHS_PER_YEAR = 12;
  private static final int MONTHS_PER_QUARTER = 3;
  private static final int DECADE = 10;
  private static final int CENTURY = 100;
  private static final int MILLENNIUM = 1000;
  private static final long DAYS_PER_MONTH = 30;
  private static final long SECONDS_PER_YEAR = 31_557_600; // 365.25 days
  private static final long SECONDS_PER_DAY = 86_400;

  private TimeFields() {}

  /** A field's one name, from any of those Postgres knows. */
  static String canonical(String field) {
    String lower = field.toLowerCase(Locale.ROOT);
    return switch (lower) {
      case "us", "usec", "usecs", "microsecond", "microseconds", "useconds" -> "microseconds";
      case "ms", "msec", "msecs", "millisecond", "milliseconds", "mseconds" -> "milliseconds";
      case "s", "sec", "secs", "second", "seconds" -> "second";
      case "m", "min", "mins", "minute", "minutes" -> "minute";
      case "h", "hr", "hrs", "hour", "hours" -> "hour";
      case "d", "day", "days" -> "day";
      case "w", "week", "weeks" -> "week";
      case "mon", "mons", "month", "months" -> "month";
      case "qtr", "quarter" -> "quarter";
      case "y", "yr", "yrs", "year", "years" -> "year";
      case "dec", "decs", "decade", "decades" -> "decade";
      case "c", "cent", "century", "centuries" -> "century";
      case "mil", "mils", "millennium", "millennia" -> "millennium";
      default -> lower;
    };
  }

  /** The start of the unit this local time is in. */
  static Long truncate(String unit, long micros) {
    if (Times.infinite(micros)) {
      return micros;
    }
    long step =
        switch (unit) {
          case "microseconds" -> 1;
          case "milliseconds" -> 1_000;
          case "second" -> Times.SECOND;
          case "minute" -> Times.MINUTE;
          case "hour" -> Times.HOUR;
          case "day" -> Times.DAY;
          default -> 0;
        };
    if (step > 0) {
      return micros - Math.floorMod(micros, step);
    }
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(micros, Times.DAY));
    int year = date.getYear();
    LocalDate start =
        switch (unit) {
          case "week" -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
          case "month" -> date.withDayOfMonth(1);
          case "quarter" ->
              LocalDate.of(year, date.get(IsoFields.QUARTER_OF_YEAR) * MONTHS_PER_QUARTER - 2, 1);
          case "year" -> LocalDate.of(year, 1, 1);
          case "decade" -> LocalDate.of(Math.floorDiv(year, DECADE) * DECADE, 1, 1);
          case "century" -> LocalDate.of(Math.floorDiv(year - 1, CENTURY) * CENTURY + 1, 1, 1);
          case "millennium" ->
              LocalDate.of(Math.floorDiv(year - 1, MILLENNIUM) * MILLENNIUM + 1, 1, 1);
          default -> throw unknown(unit, "timestamp");
        };
    return Times.checkedTimestamp(start.toEpochDay() * Times.DAY);
  }

  /**
   * The same in a zone. Below a day the offset stays what it was, from a day on it is looked up.
   */
  static Long truncate(String unit, long utc, ZoneId zone) {
    if (Times.infinite(utc)) {
      return utc;
    }
    switch (unit) {
      case "microseconds", "milliseconds", "second", "minute", "hour" -> {
        long ahead = Times.offset(utc, zone) * Times.SECOND;
        return truncate(unit, utc + ahead) - ahead;
      }
      default -> {
        return Times.toUtc(truncate(unit, Times.toLocal(utc, zone)), zone);
      }
    }
  }

  static EvaluationException unknown(String unit, String type) {
    return new EvaluationException("unit \"%s\" not recognized for type %s".formatted(unit, type));
  }

  /** The fields {@code extract} knows, by type; the compiler refuses others. */
  static boolean extractable(String field, boolean time, boolean zone) {
    return switch (field) {
      case "day", "month", "quarter", "week", "year", "decade", "century", "millennium" -> true;
      case "isoyear", "dow", "isodow", "doy", "epoch" -> true;
      case "microseconds", "milliseconds", "second", "minute", "hour" -> time;
      case "timezone", "timezone_hour", "timezone_minute" -> zone;
      default -> false;
    };
  }

  /** A field of a local time, with the scale Postgres gives it. */
  static BigDecimal extract(String field, long local) {
    finite(local);
    long ofDay = Math.floorMod(local, Times.DAY);
    long ofMinute = ofDay % Times.MINUTE;
    return switch (field) {
      case "microseconds" -> BigDecimal.valueOf(ofMinute);
      case "milliseconds" -> BigDecimal.valueOf(ofMinute, 3);
      case "second" -> BigDecimal.valueOf(ofMinute, 6);
      case "minute" -> BigDecimal.valueOf(ofDay % Times.HOUR / Times.MINUTE);
      case "hour" -> BigDecimal.valueOf(ofDay / Times.HOUR);
      case "epoch" -> BigDecimal.valueOf(local, 6);
      default -> dateField(field, Math.floorDiv(local, Times.DAY));
    };
  }

  static BigDecimal extractFromDate(String field, long day) {
    finite(day);
    return field.equals("epoch")
        ? BigDecimal.valueOf(Math.multiplyExact(day, SECONDS_PER_DAY))
        : dateField(field, day);
  }

  static BigDecimal extract(String field, long utc, ZoneId zone) {
    finite(utc);
    int offset = Times.offset(utc, zone);
    return switch (field) {
      case "epoch" -> BigDecimal.valueOf(utc, 6);
      case "timezone" -> BigDecimal.valueOf(offset);
      case "timezone_hour" -> BigDecimal.valueOf(offset / 3600);
      case "timezone_minute" -> BigDecimal.valueOf(offset / 60 % 60);
      default -> extract(field, Times.toLocal(utc, zone));
    };
  }

  private static void finite(long value) {
    if (Times.infinite(value)) {
      throw new EvaluationException("a field of an infinite time is not supported");
    }
  }

  private static BigDecimal dateField(String field, long day) {
    LocalDate date = LocalDate.ofEpochDay(day);
    int year = date.getYear();
    long value =
        switch (field) {
          case "day" -> date.getDayOfMonth();
          case "month" -> date.getMonthValue();
          case "quarter" -> date.get(IsoFields.QUARTER_OF_YEAR);
          case "week" -> date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
          case "doy" -> date.getDayOfYear();
          case "dow" -> date.getDayOfWeek().getValue() % DayOfWeek.values().length;
          case "isodow" -> date.getDayOfWeek().getValue();
          case "isoyear" -> shown(date.get(IsoFields.WEEK_BASED_YEAR));
          case "year" -> shown(year);
          case "decade" -> Math.floorDiv(year, DECADE);
          case "century" -> ordinal(year, CENTURY);
          case "millennium" -> ordinal(year, MILLENNIUM);
          default -> throw unknown(field, "timestamp");
        };
    return BigDecimal.valueOf(value);
  }

  /** There is no year 0: 1 BC is -1. */
  private static long shown(int year) {
    return year > 0 ? year : year - 1;
  }

  private static long ordinal(int year, int length) {
    return year > 0 ? (year + length - 1) / length : -((length - 1 - (year - 1)) / length);
  }

  static BigDecimal extract(String field, Interval interval) {
    long micros = interval.micros();
    int months = interval.months();
    return switch (field) {
      case "microseconds" -> BigDecimal.valueOf(micros % Times.MINUTE);
      case "milliseconds" -> BigDecimal.valueOf(micros % Times.MINUTE, 3);
      case "second" -> BigDecimal.valueOf(micros % Times.MINUTE, 6);
      case "minute" -> BigDecimal.valueOf(micros % Times.HOUR / Times.MINUTE);
      case "hour" -> BigDecimal.valueOf(micros / Times.HOUR);
      case "day" -> BigDecimal.valueOf(interval.days());
      case "month" -> BigDecimal.valueOf(months % MONTHS_PER_YEAR);
      case "year" -> BigDecimal.valueOf(months / MONTHS_PER_YEAR);
      case "epoch" -> {
        long whole =
            months / MONTHS_PER_YEAR * SECONDS_PER_YEAR
                + (months % MONTHS_PER_YEAR * DAYS_PER_MONTH + interval.days()) * SECONDS_PER_DAY;
        yield BigDecimal.valueOf(whole).add(BigDecimal.valueOf(micros, 6));
      }
      default -> throw unknown(field, "interval");
    };
  }
}

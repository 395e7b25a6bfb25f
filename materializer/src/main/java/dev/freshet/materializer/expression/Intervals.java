package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.Interval;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Arithmetic and texts of intervals. */
final class Intervals {

  private static final Pattern PART =
      Pattern.compile(
          "\\s*(?:([+-]?\\d+(?:\\.\\d+)?)\\s*([A-Za-z]+)|([+-]?)(\\d+):(\\d{2})(?::(\\d{2}(?:\\.\\d{1,6})?))?)\\s*");
  private static final int MONTHS_PER_YEAR = 12;
  private static final int DAYS_PER_WEEK = 7;
  private static final int DAYS_PER_MONTH = 30;
  private static final double SECONDS_PER_DAY = 86_400;

  private Intervals() {}

  static Interval add(Interval a, Interval b) {
    return exact(
        (long) a.months() + b.months(),
        (long) a.days() + b.days(),
        BigDecimal.valueOf(a.micros()).add(BigDecimal.valueOf(b.micros())));
  }

  static Interval negate(Interval a) {
    return exact(-(long) a.months(), -(long) a.days(), BigDecimal.valueOf(a.micros()).negate());
  }

  private static Interval exact(long months, long days, BigDecimal micros) {
    if (months != (int) months || days != (int) days || micros.toBigInteger().bitLength() > 63) {
      throw new EvaluationException("interval out of range");
    }
    return new Interval((int) months, (int) days, micros.longValue());
  }

  /** Fractions of a month become days, fractions of a day time, as in Postgres's interval_mul. */
  static Interval multiply(Interval a, double factor) {
    if (Double.isInfinite(factor)) {
      // Postgres has infinite intervals from 17 on.
      throw new EvaluationException("an infinite interval is not supported");
    }
    double months = a.months() * factor;
    double days = a.days() * factor;
    if (!(Math.abs(months) < Integer.MAX_VALUE) || !(Math.abs(days) < Integer.MAX_VALUE)) {
      throw new EvaluationException("interval out of range");
    }
    int wholeMonths = (int) months;
    int wholeDays = (int) days;
    double restDays = rounded((months - wholeMonths) * DAYS_PER_MONTH);
    double restSeconds = rounded((days - wholeDays + restDays - (int) restDays) * SECONDS_PER_DAY);
    if (Math.abs(restSeconds) >= SECONDS_PER_DAY) {
      int carried = (int) (restSeconds / SECONDS_PER_DAY);
      wholeDays += carried;
      restSeconds -= carried * SECONDS_PER_DAY;
    }
    wholeDays += (int) restDays;
    double micros = Math.rint(a.micros() * factor + restSeconds * Times.SECOND);
    if (!(Math.abs(micros) < 0x1p63)) {
      throw new EvaluationException("interval out of range");
    }
    return new Interval(wholeMonths, wholeDays, (long) micros);
  }

  private static double rounded(double value) {
    return Math.rint(value * Times.SECOND) / Times.SECOND;
  }

  /** Reads {@code 1 day 2 hours}, {@code 1.5 hours}, {@code 3 days 04:05:06}. */
  static Interval parse(String text) {
    Matcher part = PART.matcher(text);
    Interval sum = new Interval(0, 0, 0);
    int end = 0;
    while (part.find() && part.start() == end) {
      end = part.end();
      sum = add(sum, part.group(2) == null ? clock(part) : unit(part, text));
    }
    if (end == 0 || end != text.length()) {
      throw invalid(text);
    }
    return sum;
  }

  private static Interval clock(Matcher part) {
    BigDecimal seconds = part.group(6) == null ? BigDecimal.ZERO : new BigDecimal(part.group(6));
    long micros =
        Long.parseLong(part.group(4)) * Times.HOUR
            + Long.parseLong(part.group(5)) * Times.MINUTE
            + seconds.movePointRight(6).longValueExact();
    return new Interval(0, 0, part.group(3).equals("-") ? -micros : micros);
  }

  private static Interval unit(Matcher part, String text) {
    BigDecimal n = new BigDecimal(part.group(1));
    String unit = TimeFields.canonical(part.group(2));
    return switch (unit) {
      case "microseconds" -> micros(n, 1);
      case "milliseconds" -> micros(n, 1_000);
      case "second" -> micros(n, Times.SECOND);
      case "minute" -> micros(n, Times.MINUTE);
      case "hour" -> micros(n, Times.HOUR);
      case "day" -> days(n);
      case "week" -> days(n.multiply(BigDecimal.valueOf(DAYS_PER_WEEK)));
      case "month" -> months(n, 1, text);
      case "year" -> months(n, MONTHS_PER_YEAR, text);
      case "decade" -> months(n, MONTHS_PER_YEAR * 10, text);
      case "century" -> months(n, MONTHS_PER_YEAR * 100, text);
      default -> throw invalid(text);
    };
  }

  private static Interval micros(BigDecimal n, long each) {
    BigDecimal micros = n.multiply(BigDecimal.valueOf(each)).setScale(0, RoundingMode.HALF_EVEN);
    return exact(0, 0, micros);
  }

  private static Interval days(BigDecimal n) {
    long whole = n.longValue();
    BigDecimal rest = n.subtract(BigDecimal.valueOf(whole));
    return add(exact(0, whole, BigDecimal.ZERO), micros(rest, Times.DAY));
  }

  private static Interval months(BigDecimal n, int each, String text) {
    if (n.stripTrailingZeros().scale() > 0) {
      throw invalid(text);
    }
    return exact(n.longValue() * each, 0, BigDecimal.ZERO);
  }

  private static EvaluationException invalid(String text) {
    return new EvaluationException("invalid input syntax for type interval: \"" + text + "\"");
  }

  /** In Postgres's default style: {@code 1 year 2 mons -3 days +04:05:06}. */
  static String text(Interval interval) {
    StringBuilder text = new StringBuilder();
    boolean negative = false;
    long[] counts = {
      interval.months() / MONTHS_PER_YEAR, interval.months() % MONTHS_PER_YEAR, interval.days()
    };
    String[] names = {"year", "mon", "day"};
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] != 0) {
        text.append(text.isEmpty() ? "" : " ")
            .append(negative && counts[i] > 0 ? "+" : "")
            .append(counts[i])
            .append(' ')
            .append(names[i])
            .append(counts[i] == 1 ? "" : "s");
        negative = counts[i] < 0;
      }
    }
    long micros = interval.micros();
    if (micros != 0 || text.isEmpty()) {
      text.append(text.isEmpty() ? "" : " ").append(micros < 0 ? "-" : negative ? "+" : "");
      TimeText.clock(text, Math.abs(micros));
    }
    return text.toString();
  }
}

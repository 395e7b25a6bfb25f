package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.Interval;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.zone.ZoneOffsetTransition;

/** Dates and timestamps as counts of days and microseconds since 1970. */
final class Times {

  static final long SECOND = 1_000_000L;
  static final long MINUTE = 60 * SECOND;
  static final long HOUR = 60 * MINUTE;
  static final long DAY = 24 * HOUR;

  /** Where Postgres's own count begins: 2000-01-01. */
  static final long EPOCH_2000 = 946_684_800 * SECOND;

  static final long INFINITY = Long.MAX_VALUE;
  static final long MINUS_INFINITY = Long.MIN_VALUE;

  /**
   * Postgres's timestamps begin at 4714-11-24 BC. They end in the year 294276, ours 30 years
   * earlier.
   */
  private static final long FIRST_DAY = LocalDate.of(-4713, 11, 24).toEpochDay();

  private static final long TIMESTAMP_END_DAY = Long.MAX_VALUE / DAY;
  private static final long DATE_END_DAY = LocalDate.of(5_874_898, 1, 1).toEpochDay();
  private static final int NANOS_PER_MICRO = 1_000;

  private Times() {}

  static boolean infinite(long value) {
    return value == INFINITY || value == MINUS_INFINITY;
  }

  static Long checkedTimestamp(long micros) {
    if (micros < FIRST_DAY * DAY || micros == INFINITY) {
      throw new EvaluationException("timestamp out of range");
    }
    return micros;
  }

  static Long checkedDate(long day) {
    if (day < FIRST_DAY || day >= DATE_END_DAY) {
      throw new EvaluationException("date out of range");
    }
    return day;
  }

  static LocalDateTime dateTime(long micros) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, SECOND),
        (int) Math.floorMod(micros, SECOND) * NANOS_PER_MICRO,
        ZoneOffset.UTC);
  }

  static long micros(LocalDateTime time) {
    return Math.addExact(
        Math.multiplyExact(time.toEpochSecond(ZoneOffset.UTC), SECOND),
        time.get(ChronoField.MICRO_OF_SECOND));
  }

  /** Seconds by which local time is ahead of UTC at an instant. */
  static int offset(long utc, ZoneId zone) {
    return zone.getRules()
        .getOffset(Instant.ofEpochSecond(Math.floorDiv(utc, SECOND)))
        .getTotalSeconds();
  }

  static long toLocal(long utc, ZoneId zone) {
    return infinite(utc) ? utc : utc + offset(utc, zone) * SECOND;
  }

  /**
   * A local time to UTC. In a gap the offset before it counts, in an overlap the offset after it:
   * Postgres's rule, and not Java's.
   */
  static long toUtc(long local, ZoneId zone) {
    if (infinite(local)) {
      return local;
    }
    LocalDateTime time = dateTime(local);
    ZoneOffsetTransition change = zone.getRules().getTransition(time);
    ZoneOffset offset =
        change == null
            ? zone.getRules().getOffset(time)
            : change.isGap() ? change.getOffsetBefore() : change.getOffsetAfter();
    return local - offset.getTotalSeconds() * SECOND;
  }

  static Long dateToTimestamp(long day) {
    if (infinite(day)) {
      return day;
    }
    if (day >= TIMESTAMP_END_DAY) {
      throw new EvaluationException("date out of range for timestamp");
    }
    return day * DAY;
  }

  static Long timestampToDate(long micros) {
    return infinite(micros) ? micros : Math.floorDiv(micros, DAY);
  }

  /** Months first (to the last day of a shorter month), then days, then microseconds. */
  static Long plus(long micros, Interval interval) {
    if (infinite(micros)) {
      return micros;
    }
    long days = calendar(micros, interval);
    return checkedTimestamp(exactAdd(days, interval.micros()));
  }

  /** The same in local time of a zone: a day can have 23 or 25 hours. */
  static Long plus(long utc, Interval interval, ZoneId zone) {
    if (infinite(utc)) {
      return utc;
    }
    long moved = utc;
    if (interval.months() != 0) {
      moved = toUtc(calendar(toLocal(moved, zone), new Interval(interval.months(), 0, 0)), zone);
    }
    if (interval.days() != 0) {
      moved = toUtc(calendar(toLocal(moved, zone), new Interval(0, interval.days(), 0)), zone);
    }
    return checkedTimestamp(exactAdd(moved, interval.micros()));
  }

  private static long exactAdd(long a, long b) {
    try {
      return Math.addExact(a, b);
    } catch (ArithmeticException overflow) {
      throw new EvaluationException("timestamp out of range");
    }
  }

  private static long calendar(long micros, Interval interval) {
    try {
      LocalDateTime moved = dateTime(micros).plusMonths(interval.months());
      return checkedTimestamp(micros(moved.plusDays(interval.days())));
    } catch (DateTimeException | ArithmeticException overflow) {
      throw new EvaluationException("timestamp out of range");
    }
  }

  /** The time between, in whole days and the rest; months are never counted. */
  static Interval between(long from, long to) {
    if (infinite(from) || infinite(to)) {
      throw new EvaluationException("an infinite interval is not supported");
    }
    long difference;
    try {
      difference = Math.subtractExact(to, from);
    } catch (ArithmeticException overflow) {
      throw new EvaluationException("interval out of range");
    }
    return new Interval(0, (int) (difference / DAY), difference % DAY);
  }

  static Long makeDate(long year, long month, long day) {
    try {
      if (year == 0) {
        throw new DateTimeException("there is no year 0");
      }
      int astronomical = (int) (year < 0 ? year + 1 : year);
      return checkedDate(LocalDate.of(astronomical, (int) month, (int) day).toEpochDay());
    } catch (DateTimeException e) {
      throw new EvaluationException("date field value out of range");
    }
  }
}

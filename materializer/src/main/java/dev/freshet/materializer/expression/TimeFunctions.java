package dev.freshet.materializer.expression;

import static dev.freshet.materializer.plan.PgType.Kind.BOOL;
import static dev.freshet.materializer.plan.PgType.Kind.DATE;
import static dev.freshet.materializer.plan.PgType.Kind.FLOAT8;
import static dev.freshet.materializer.plan.PgType.Kind.INT4;
import static dev.freshet.materializer.plan.PgType.Kind.INTERVAL;
import static dev.freshet.materializer.plan.PgType.Kind.NUMERIC;
import static dev.freshet.materializer.plan.PgType.Kind.TEXT;
import static dev.freshet.materializer.plan.PgType.Kind.TIMESTAMP;
import static dev.freshet.materializer.plan.PgType.Kind.TIMESTAMPTZ;

import dev.freshet.materializer.expression.Function.Syntax;
import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.Interval;
import dev.freshet.materializer.plan.PgType.Kind;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.zone.ZoneRulesProvider;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Dates, timestamps, intervals. */
final class TimeFunctions {

  /** By lower-case name; as many as there are zones. */
  private static final Map<String, ZoneId> ZONES = new ConcurrentHashMap<>();

  private TimeFunctions() {}

  static void define(Definitions to) {
    arithmetic(to);
    intervals(to);
    truncation(to);
    extraction(to);
    to.add(
        "timezone",
        (Body.Two) (zone, a) -> Times.toUtc(time(a), zone((String) zone)),
        TIMESTAMPTZ,
        TEXT,
        TIMESTAMP);
    to.add(
        "timezone",
        (Body.Two) (zone, a) -> Times.toLocal(time(a), zone((String) zone)),
        TIMESTAMP,
        TEXT,
        TIMESTAMPTZ);
    for (Kind kind : List.of(DATE, TIMESTAMP, TIMESTAMPTZ)) {
      to.add("isfinite", (Body.One) a -> !Times.infinite(time(a)), BOOL, kind);
    }
    to.add(
        "make_date",
        (Body.Three) (y, m, d) -> Times.makeDate(time(y), time(m), time(d)),
        DATE,
        INT4,
        INT4,
        INT4);
    to.add("to_timestamp", (Body.One) a -> fromEpoch((Double) a), TIMESTAMPTZ, FLOAT8);
    to.refuse(
        "to_timestamp",
        Syntax.FUNCTION,
        "cast the text, as in x::timestamptz",
        TIMESTAMPTZ,
        TEXT,
        TEXT);
    to.refuse("age", Syntax.FUNCTION, "subtract the timestamps", INTERVAL, TIMESTAMP, TIMESTAMP);
    to.refuse(
        "age", Syntax.FUNCTION, "subtract the timestamps", INTERVAL, TIMESTAMPTZ, TIMESTAMPTZ);
  }

  private static void arithmetic(Definitions to) {
    to.binary("+", DATE, INT4, DATE, (a, n) -> plusDays(time(a), time(n)));
    to.binary("+", INT4, DATE, DATE, (n, a) -> plusDays(time(a), time(n)));
    to.binary("-", DATE, INT4, DATE, (a, n) -> plusDays(time(a), -time(n)));
    to.binary("-", DATE, DATE, INT4, (a, b) -> days(time(a), time(b)));
    for (Kind kind : List.of(DATE, TIMESTAMP)) {
      boolean date = kind == DATE;
      to.binary("+", kind, INTERVAL, TIMESTAMP, (a, i) -> Times.plus(at(a, date), span(i)));
      to.binary("+", INTERVAL, kind, TIMESTAMP, (i, a) -> Times.plus(at(a, date), span(i)));
      to.binary("-", kind, INTERVAL, TIMESTAMP, (a, i) -> Times.plus(at(a, date), minus(i)));
    }
    to.binaryIn(
        "+",
        TIMESTAMPTZ,
        INTERVAL,
        TIMESTAMPTZ,
        s -> (Body.Two) (a, i) -> Times.plus(time(a), span(i), s.zone()));
    to.binaryIn(
        "+",
        INTERVAL,
        TIMESTAMPTZ,
        TIMESTAMPTZ,
        s -> (Body.Two) (i, a) -> Times.plus(time(a), span(i), s.zone()));
    to.binaryIn(
        "-",
        TIMESTAMPTZ,
        INTERVAL,
        TIMESTAMPTZ,
        s -> (Body.Two) (a, i) -> Times.plus(time(a), minus(i), s.zone()));
    for (Kind kind : List.of(TIMESTAMP, TIMESTAMPTZ)) {
      to.binary("-", kind, kind, INTERVAL, (a, b) -> Times.between(time(b), time(a)));
    }
  }

  private static void intervals(Definitions to) {
    to.binary("+", INTERVAL, INTERVAL, INTERVAL, (a, b) -> Intervals.add(span(a), span(b)));
    to.binary("-", INTERVAL, INTERVAL, INTERVAL, (a, b) -> Intervals.add(span(a), minus(b)));
    to.prefix("-", INTERVAL, INTERVAL, a -> minus(a));
    to.binary("*", INTERVAL, FLOAT8, INTERVAL, (a, n) -> Intervals.multiply(span(a), (Double) n));
    to.binary("*", FLOAT8, INTERVAL, INTERVAL, (n, a) -> Intervals.multiply(span(a), (Double) n));
    to.refuse("/", Syntax.BINARY, "multiply by the reciprocal", INTERVAL, INTERVAL, FLOAT8);
  }

  private static void truncation(Definitions to) {
    String name = "date_trunc";
    to.add(
        name,
        (Body.Two) (unit, a) -> TimeFields.truncate(unit(unit), time(a)),
        TIMESTAMP,
        TEXT,
        TIMESTAMP);
    to.addIn(
        name,
        s -> (Body.Two) (unit, a) -> TimeFields.truncate(unit(unit), time(a), s.zone()),
        TIMESTAMPTZ,
        TEXT,
        TIMESTAMPTZ);
    to.add(
        name,
        (Body.Three)
            (unit, a, zone) -> TimeFields.truncate(unit(unit), time(a), zone((String) zone)),
        TIMESTAMPTZ,
        TEXT,
        TIMESTAMPTZ,
        TEXT);
    to.refuse(name, Syntax.FUNCTION, "truncate a timestamp", INTERVAL, TEXT, INTERVAL);
  }

  private static void extraction(Definitions to) {
    String name = "extract";
    to.add(
        name,
        (Body.Two) (f, a) -> TimeFields.extractFromDate(unit(f), time(a)),
        NUMERIC,
        TEXT,
        DATE);
    to.add(
        name, (Body.Two) (f, a) -> TimeFields.extract(unit(f), time(a)), NUMERIC, TEXT, TIMESTAMP);
    to.addIn(
        name,
        s -> (Body.Two) (f, a) -> TimeFields.extract(unit(f), time(a), s.zone()),
        NUMERIC,
        TEXT,
        TIMESTAMPTZ);
    to.add(
        name, (Body.Two) (f, a) -> TimeFields.extract(unit(f), span(a)), NUMERIC, TEXT, INTERVAL);
    for (Kind kind : List.of(DATE, TIMESTAMP, TIMESTAMPTZ, INTERVAL)) {
      to.refuse("date_part", Syntax.FUNCTION, "write extract(field from x)", FLOAT8, TEXT, kind);
    }
  }

  private static Long fromEpoch(double seconds) {
    if (Double.isNaN(seconds)) {
      throw new EvaluationException("timestamp cannot be NaN");
    }
    if (Double.isInfinite(seconds)) {
      return seconds > 0 ? Times.INFINITY : Times.MINUS_INFINITY;
    }
    if (Math.abs(seconds) > 1e13) {
      throw new EvaluationException("timestamp out of range");
    }
    // Postgres counts from 2000 on, and rounds what it then has.
    double since2000 =
        Math.rint((seconds - (double) (Times.EPOCH_2000 / Times.SECOND)) * Times.SECOND);
    return Times.checkedTimestamp((long) since2000 + Times.EPOCH_2000);
  }

  private static Long plusDays(long day, long count) {
    return Times.infinite(day) ? (Long) day : Times.checkedDate(day + count);
  }

  private static Long days(long a, long b) {
    if (Times.infinite(a) || Times.infinite(b)) {
      throw new EvaluationException("cannot subtract infinite dates");
    }
    return a - b;
  }

  /**
   * A zone by its name in the tz database.
   *
   * @throws EvaluationException for names that Postgres may know and Java does not
   */
  static ZoneId zone(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    ZoneId known = ZONES.get(lower);
    if (known == null) {
      try {
        known =
            ZoneRulesProvider.getAvailableZoneIds().stream()
                .filter(name::equalsIgnoreCase)
                .findFirst()
                .map(ZoneId::of)
                .orElseThrow(() -> new DateTimeException(name));
      } catch (DateTimeException unknown) {
        throw new EvaluationException("time zone \"" + name + "\" not recognized");
      }
      ZONES.put(lower, known);
    }
    return known;
  }

  private static String unit(Object name) {
    return TimeFields.canonical((String) name);
  }

  private static long at(Object value, boolean date) {
    return date ? Times.dateToTimestamp(time(value)) : time(value);
  }

  private static long time(Object value) {
    return (Long) value;
  }

  private static Interval span(Object value) {
    return (Interval) value;
  }

  private static Interval minus(Object value) {
    return Intervals.negate(span(value));
  }
}

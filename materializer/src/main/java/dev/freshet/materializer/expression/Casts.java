package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.PgType.Kind;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conversions between types. */
public final class Casts {

  private Casts() {}

  /** Whether Postgres converts without being asked. */
  public static boolean isImplicit(Kind from, Kind to) {
    if (from == to) {
      return true;
    }
    return switch (from) {
      case INT2 -> to == Kind.INT4 || to == Kind.INT8 || to == Kind.NUMERIC || to.isFloat();
      case INT4 -> to == Kind.INT8 || to == Kind.NUMERIC || to.isFloat();
      case INT8 -> to == Kind.NUMERIC || to.isFloat();
      case NUMERIC -> to.isFloat();
      case FLOAT4 -> to == Kind.FLOAT8;
      case DATE -> to == Kind.TIMESTAMP || to == Kind.TIMESTAMPTZ;
      case TIMESTAMP -> to == Kind.TIMESTAMPTZ;
      case TEXT -> to == Kind.VARCHAR;
      case VARCHAR, BPCHAR -> to == Kind.TEXT || to == Kind.VARCHAR;
      default -> false;
    };
  }

  /**
   * The expression as another type, for an explicit cast.
   *
   * @return {@code null} when there is no such cast in Postgres, or none in a view
   */
  public static @Nullable Expression cast(Expression from, PgType to, Session session) {
    PgType type = from.type();
    Expression converted = from;
    if (type.kind() != to.kind()) {
      Body.One body = convert(type.kind(), to.kind(), session);
      if (body == null) {
        return null;
      }
      PgType plain = to.kind() == Kind.ENUM ? to : to.plain();
      converted = new Call("::" + plain, body, plain, false, List.of(from));
    } else if (to.kind() == Kind.ENUM && !type.name().equals(to.name())) {
      return null;
    }
    Body.One modifier = to.precision() == PgType.NONE ? null : modify(to);
    if (modifier == null) {
      return converted.type().equals(to) || to.precision() != PgType.NONE
          ? converted
          : new Call("::" + to, (Body.One) a -> a, to, false, List.of(converted));
    }
    return converted.type().equals(to)
        ? converted
        : new Call("::" + to, modifier, to, false, List.of(converted));
  }

  /** The expression as text as a client sees it, which differs from {@code ::text} for booleans. */
  public static Expression output(Expression from, Session session) {
    Kind kind = from.type().kind();
    if (kind == Kind.TEXT) {
      return from;
    }
    Body.One body = a -> ValueText.output(a, kind, session.zone());
    return new Call("::output", body, PgType.TEXT, false, List.of(from));
  }

  private static Body.@Nullable One modify(PgType to) {
    int precision = to.precision();
    return switch (to.kind()) {
      case NUMERIC -> a -> Numerics.fit((BigDecimal) a, precision, Math.max(to.scale(), 0));
      case VARCHAR -> a -> Text.left((String) a, precision);
      case TIMESTAMP, TIMESTAMPTZ -> a -> rounded((Long) a, precision);
      default -> null;
    };
  }

  private static Long rounded(long micros, int digits) {
    if (Times.infinite(micros)) {
      return micros;
    }
    // Half away from zero, which for Postgres is the year 2000.
    long since2000 = micros - Times.EPOCH_2000;
    long unit = (long) Math.pow(10, 6 - digits);
    long half = unit / 2;
    return Times.EPOCH_2000
        + (since2000 >= 0
            ? (since2000 + half) / unit * unit
            : -((-since2000 + half) / unit * unit));
  }

  private static Body.@Nullable One convert(Kind from, Kind to, Session session) {
    if (to.isText()) {
      return a -> ValueText.cast(a, from, session.zone());
    }
    if (from.isText()) {
      return parse(to, session);
    }
    if (from.isNumber() && to.isNumber()) {
      return number(from, to);
    }
    return switch (from) {
      case INT4 -> to == Kind.BOOL ? a -> (Long) a != 0 : null;
      case BOOL -> to == Kind.INT4 ? a -> (Boolean) a ? 1L : 0L : null;
      case DATE, TIMESTAMP, TIMESTAMPTZ -> time(from, to, session);
      case JSON -> to == Kind.JSONB ? a -> Jsonb.canonical((String) a) : null;
      case JSONB -> to == Kind.JSON ? a -> a : null;
      default -> null;
    };
  }

  private static Body.@Nullable One time(Kind from, Kind to, Session session) {
    return switch (to) {
      case DATE ->
          from == Kind.TIMESTAMP
              ? a -> Times.timestampToDate((Long) a)
              : a -> Times.timestampToDate(Times.toLocal((Long) a, session.zone()));
      case TIMESTAMP ->
          from == Kind.DATE
              ? a -> Times.dateToTimestamp((Long) a)
              : a -> Times.toLocal((Long) a, session.zone());
      case TIMESTAMPTZ ->
          from == Kind.DATE
              ? a -> Times.toUtc(Times.dateToTimestamp((Long) a), session.zone())
              : a -> Times.toUtc((Long) a, session.zone());
      default -> null;
    };
  }

  private static Body.@Nullable One parse(Kind to, Session session) {
    return switch (to) {
      case BOOL -> a -> Parsing.bool((String) a);
      case INT2, INT4, INT8 -> a -> Parsing.integer((String) a, to);
      case NUMERIC -> a -> Parsing.numeric((String) a);
      case FLOAT4 -> a -> Parsing.real((String) a, true);
      case FLOAT8 -> a -> Parsing.real((String) a, false);
      case DATE -> a -> TimeText.parseDate((String) a);
      case TIMESTAMP -> a -> TimeText.parseTimestamp((String) a);
      case TIMESTAMPTZ -> a -> TimeText.parseTimestamptz((String) a, session.zone());
      case INTERVAL -> a -> Intervals.parse((String) a);
      case UUID -> a -> Parsing.uuid((String) a);
      case JSONB -> a -> Jsonb.canonical((String) a);
      case JSON -> Casts::checkedJson;
      case ENUM -> a -> a;
      case TEXT, VARCHAR, BPCHAR -> null;
    };
  }

  private static Object checkedJson(Object text) {
    Jsonb.parse((String) text);
    return text;
  }

  private static Body.@Nullable One number(Kind from, Kind to) {
    if (from.isInteger()) {
      return switch (to) {
        case NUMERIC -> a -> BigDecimal.valueOf((Long) a);
        case FLOAT8 -> a -> (double) (Long) a;
        case FLOAT4 -> a -> (double) (float) (long) (Long) a;
        default -> a -> Integers.fit((Long) a, to);
      };
    }
    if (from == Kind.NUMERIC) {
      return to.isFloat()
          ? a -> Parsing.real(((BigDecimal) a).toPlainString(), to == Kind.FLOAT4)
          : a -> integer(((BigDecimal) a).setScale(0, RoundingMode.HALF_UP), to);
    }
    return switch (to) {
      case NUMERIC -> a -> Floats.toNumeric((Double) a, from == Kind.FLOAT4);
      case FLOAT8 -> a -> a;
      case FLOAT4 -> a -> Floats.toFloat((Double) a);
      default -> a -> integer((Double) a, to);
    };
  }

  private static Long integer(BigDecimal whole, Kind to) {
    if (whole.toBigInteger().bitLength() > 63) {
      throw Integers.outOfRange(to);
    }
    return Integers.fit(whole.longValue(), to);
  }

  private static Long integer(double value, Kind to) {
    double rounded = Math.rint(value);
    if (!(rounded >= -0x1p63 && rounded < 0x1p63)) {
      throw Integers.outOfRange(to);
    }
    return Integers.fit((long) rounded, to);
  }

  /** What is wrong with a text as a value of this type; {@code null} when nothing is. */
  public static @Nullable String problem(String text, PgType type, Session session) {
    Body.One parse = parse(type.kind(), session);
    try {
      if (parse != null) {
        parse.apply(text);
      }
      return null;
    } catch (EvaluationException e) {
      return e.getMessage();
    }
  }
}

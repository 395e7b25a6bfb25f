package dev.freshet.materializer.row;

import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.PgType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The texts that change events carry, by type. */
final class EventText {

  private static final long MICROS = 1_000_000L;
  private static final int NANOS_PER_MICRO = 1_000;
  private static final long FIRST_DAY = LocalDate.of(-4713, 11, 24).toEpochDay();
  private static final long LAST_DAY = LocalDate.of(5_874_897, 12, 31).toEpochDay();

  private EventText() {}

  /** The value in this text, or any runtime exception saying why there is none. */
  static Object value(String text, PgType.Kind kind) {
    return switch (kind) {
      case TEXT, VARCHAR, BPCHAR, ENUM, JSON, JSONB -> text;
      case INT2, INT4, INT8 -> Long.valueOf(text);
      case NUMERIC -> numeric(text);
      case FLOAT8 -> Double.valueOf(text);
      case FLOAT4 -> (double) Float.parseFloat(text);
      case BOOL -> bool(text);
      case UUID -> UUID.fromString(text);
      case DATE -> date(text);
      case TIMESTAMP, TIMESTAMPTZ -> timestamp(text);
      case INTERVAL -> throw new EvaluationException("a column of type interval is not supported");
    };
  }

  private static BigDecimal numeric(String text) {
    char last = text.charAt(text.length() - 1);
    if (last == 'N' || last == 'y' || last == 'Y') {
      throw new EvaluationException("numeric " + text + " is not supported in a Freshet view");
    }
    BigDecimal number = new BigDecimal(text);
    return number.scale() < 0 ? number.setScale(0) : number;
  }

  private static boolean bool(String text) {
    if (text.equals("true")) {
      return true;
    }
    if (text.equals("false")) {
      return false;
    }
    throw new EvaluationException("neither true nor false");
  }

  private static Long date(String text) {
    Long infinite = infinite(text);
    if (infinite != null) {
      return infinite;
    }
    long day =
        text.indexOf('-', 1) < 0
            ? Long.parseLong(text) // io.debezium.time.Date: days
            : LocalDate.parse(text, DateTimeFormatter.ISO_DATE).toEpochDay();
    if (day < FIRST_DAY || day > LAST_DAY) {
      throw new EvaluationException("date out of range");
    }
    return day;
  }

  private static Long timestamp(String text) {
    Long infinite = infinite(text);
    if (infinite != null) {
      return infinite;
    }
    if (text.indexOf('T') < 0) {
      throw new EvaluationException("set the connector's time.precision.mode to isostring");
    }
    Long usual = UsualTimestamp.micros(text);
    if (usual != null) {
      return usual;
    }
    Instant instant = OffsetDateTime.parse(text).toInstant();
    try {
      return Math.addExact(
          Math.multiplyExact(instant.getEpochSecond(), MICROS),
          instant.getNano() / NANOS_PER_MICRO);
    } catch (ArithmeticException overflow) {
      throw new EvaluationException("timestamps of a Freshet view end on 294247-01-10");
    }
  }

  /** Infinity as Postgres writes it, and as Debezium 3 does where it has no word for it. */
  private static @Nullable Long infinite(String text) {
    return switch (text) {
      case "infinity", "-5877611-06-21Z", "+294247-01-10T04:00:25.2Z" -> Long.MAX_VALUE;
      case "-infinity", "-5877611-06-22Z", "-290308-12-21T19:59:27.6Z" -> Long.MIN_VALUE;
      default -> null;
    };
  }
}

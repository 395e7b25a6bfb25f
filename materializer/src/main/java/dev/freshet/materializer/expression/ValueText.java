package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.Interval;
import dev.freshet.materializer.plan.PgType;
import java.math.BigDecimal;
import java.time.ZoneId;

/**
 * A value as the text Postgres prints, with DateStyle ISO and the default of every other setting.
 */
public final class ValueText {

  private ValueText() {}

  /**
   * What a client sees in a result: {@code t} for true.
   *
   * @param zone the session time zone, in which a timestamptz is shown
   */
  public static String output(Object value, PgType.Kind kind, ZoneId zone) {
    return switch (kind) {
      case BOOL -> (Boolean) value ? "t" : "f";
      case NUMERIC -> ((BigDecimal) value).toPlainString();
      case FLOAT4 -> Floats.text((Double) value, true);
      case FLOAT8 -> Floats.text((Double) value, false);
      case DATE -> TimeText.date((Long) value);
      case TIMESTAMP -> TimeText.timestamp((Long) value);
      case TIMESTAMPTZ -> TimeText.timestamptz((Long) value, zone);
      case INTERVAL -> Intervals.text((Interval) value);
      case INT2, INT4, INT8, UUID, TEXT, VARCHAR, BPCHAR, ENUM, JSON, JSONB -> value.toString();
    };
  }

  /** What {@code ::text} gives: {@code true} for true, and char(n) without its padding. */
  static String cast(Object value, PgType.Kind kind, ZoneId zone) {
    return switch (kind) {
      case BOOL -> value.toString();
      case BPCHAR -> value.toString().replaceFirst(" +$", "");
      default -> output(value, kind, zone);
    };
  }
}

package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.PgType.Kind;
import java.util.Set;

/** The units of {@code date_trunc} and the fields of {@code extract}. */
public final class TimeUnits {

  private static final Set<String> TRUNCATE =
      Set.of(
          "microseconds",
          "milliseconds",
          "second",
          "minute",
          "hour",
          "day",
          "week",
          "month",
          "quarter",
          "year",
          "decade",
          "century",
          "millennium");
  private static final Set<String> INTERVAL =
      Set.of(
          "microseconds",
          "milliseconds",
          "second",
          "minute",
          "hour",
          "day",
          "month",
          "year",
          "epoch");

  private TimeUnits() {}

  public static boolean canTruncate(String unit) {
    return TRUNCATE.contains(TimeFields.canonical(unit));
  }

  /** Whether a type has this field. */
  public static boolean canExtract(String unit, Kind kind) {
    String field = TimeFields.canonical(unit);
    return kind == Kind.INTERVAL
        ? INTERVAL.contains(field)
        : TimeFields.extractable(field, kind != Kind.DATE, kind == Kind.TIMESTAMPTZ);
  }
}

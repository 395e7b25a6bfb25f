package dev.freshet.materializer.plan;

import java.util.Locale;

/**
 * A Postgres type with its modifier, and how its values look at run time.
 *
 * @param kind which type
 * @param name what Postgres calls it, without modifier: {@code numeric}, or the name of an enum
 * @param precision digits of a {@code numeric(p,s)}, length of {@code varchar(n)} and {@code
 *     char(n)}, fractional digits of a timestamp; {@link #NONE} without modifier
 * @param scale scale of a {@code numeric(p,s)}; {@link #NONE} without modifier
 */
public record PgType(Kind kind, String name, int precision, int scale) {

  /** No modifier given. */
  public static final int NONE = -1;

  public static final PgType BOOL = of(Kind.BOOL);
  public static final PgType INT2 = of(Kind.INT2);
  public static final PgType INT4 = of(Kind.INT4);
  public static final PgType INT8 = of(Kind.INT8);
  public static final PgType NUMERIC = of(Kind.NUMERIC);
  public static final PgType FLOAT4 = of(Kind.FLOAT4);
  public static final PgType FLOAT8 = of(Kind.FLOAT8);
  public static final PgType TEXT = of(Kind.TEXT);
  public static final PgType VARCHAR = of(Kind.VARCHAR);
  public static final PgType BPCHAR = of(Kind.BPCHAR);
  public static final PgType DATE = of(Kind.DATE);
  public static final PgType TIMESTAMP = of(Kind.TIMESTAMP);
  public static final PgType TIMESTAMPTZ = of(Kind.TIMESTAMPTZ);
  public static final PgType INTERVAL = of(Kind.INTERVAL);
  public static final PgType UUID = of(Kind.UUID);
  public static final PgType JSON = of(Kind.JSON);
  public static final PgType JSONB = of(Kind.JSONB);

  /** The types a view may use, each with the class of its values. NULL is {@code null} for all. */
  public enum Kind {
    BOOL("boolean", Boolean.class),
    INT2("smallint", Long.class),
    INT4("integer", Long.class),
    INT8("bigint", Long.class),
    /** Scale kept as Postgres shows it. NaN and the infinities are errors of their row. */
    NUMERIC("numeric", java.math.BigDecimal.class),
    /** A double that is exactly a float. */
    FLOAT4("real", Double.class),
    FLOAT8("double precision", Double.class),
    TEXT("text", String.class),
    VARCHAR("character varying", String.class),
    /** Padded with spaces to its length, as Postgres keeps it. */
    BPCHAR("character", String.class),
    /** The label. Has equality, no order. */
    ENUM("enum", String.class),
    /** Days since 1970-01-01; {@code Long.MAX_VALUE} and {@code MIN_VALUE} are the infinities. */
    DATE("date", Long.class),
    /** Microseconds since 1970-01-01 00:00, of no zone; the infinities as for dates. */
    TIMESTAMP("timestamp without time zone", Long.class),
    /** Microseconds since 1970-01-01 00:00 UTC; the infinities as for dates. */
    TIMESTAMPTZ("timestamp with time zone", Long.class),
    /** Inside expressions alone: no column of a plan has this type. */
    INTERVAL("interval", Interval.class),
    UUID("uuid", java.util.UUID.class),
    /** The text as it was written. Neither equality nor order. */
    JSON("json", String.class),
    /** The text as Postgres prints it. Neither equality nor order in a view. */
    JSONB("jsonb", String.class);

    private final String sql;
    private final Class<?> valueClass;

    Kind(String sql, Class<?> valueClass) {
      this.sql = sql;
      this.valueClass = valueClass;
    }

    /** The class of the values that are not NULL. */
    public Class<?> valueClass() {
      return valueClass;
    }

    public boolean isInteger() {
      return this == INT2 || this == INT4 || this == INT8;
    }

    public boolean isFloat() {
      return this == FLOAT4 || this == FLOAT8;
    }

    public boolean isNumber() {
      return isInteger() || isFloat() || this == NUMERIC;
    }

    /** Whether values are text without padding: text, varchar. */
    public boolean isText() {
      return this == TEXT || this == VARCHAR;
    }

    /** Whether {@code =}, GROUP BY, DISTINCT and join keys are defined in a view. */
    public boolean hasEquality() {
      return this != JSON && this != JSONB && this != INTERVAL;
    }
  }

  /** The type without modifier. */
  public static PgType of(Kind kind) {
    return new PgType(kind, kind.sql, NONE, NONE);
  }

  public static PgType numeric(int precision, int scale) {
    return new PgType(Kind.NUMERIC, Kind.NUMERIC.sql, precision, scale);
  }

  /** {@code varchar(n)}, {@code char(n)}, {@code timestamp(n)}. */
  public static PgType sized(Kind kind, int precision) {
    return new PgType(kind, kind.sql, precision, NONE);
  }

  public static PgType enumeration(String name) {
    return new PgType(Kind.ENUM, name, NONE, NONE);
  }

  /** The same type without modifier. */
  public PgType plain() {
    return precision == NONE && scale == NONE ? this : new PgType(kind, name, NONE, NONE);
  }

  /**
   * As Postgres writes it, fit for DDL: {@code numeric(14,4)}, {@code timestamp(3) with time zone}.
   */
  @Override
  public String toString() {
    if (precision == NONE) {
      return name;
    }
    String modifier = scale == NONE ? "(" + precision + ")" : "(" + precision + "," + scale + ")";
    int first = name.toLowerCase(Locale.ROOT).startsWith("timestamp") ? name.indexOf(' ') : -1;
    return first < 0
        ? name + modifier
        : name.substring(0, first) + modifier + name.substring(first);
  }
}

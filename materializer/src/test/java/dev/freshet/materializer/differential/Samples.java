package dev.freshet.materializer.differential;

import dev.freshet.materializer.plan.PgType.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Seeded values of every type as Postgres reads them, with the ones that hurt. */
final class Samples {

  /** Columns of the table the expressions are over, and their types. */
  static final Map<String, String> COLUMNS = columns();

  private static final List<String> INT2 = List.of("0", "1", "-1", "7", "32767", "-32768");
  private static final List<String> INT4 =
      List.of("0", "1", "-1", "3", "10", "-7", "2147483647", "-2147483648", "86400");
  private static final List<String> INT8 =
      List.of("0", "1", "-1", "5", "9223372036854775807", "-9223372036854775808", "4294967296");
  private static final List<String> NUMERIC =
      List.of(
          "0",
          "0.00",
          "1",
          "1.0",
          "1.50",
          "-2.5",
          "0.5",
          "3.14159",
          "-0.0001",
          "1000000",
          "99999.9999",
          "12345678901234567890.123",
          "0.00000000000000000001",
          "-7",
          "2.675");
  private static final List<String> PRICE =
      List.of("0", "0.0000", "1.5", "-2.5000", "100.1250", "9999999999.9999", "-0.0001", "3");
  private static final List<String> FLOAT =
      List.of(
          "0",
          "-0",
          "1",
          "-1.5",
          "0.1",
          "2.5",
          "3.5",
          "1e15",
          "1e-5",
          "123456789.125",
          "1e308",
          "5e-324",
          "NaN",
          "Infinity",
          "-Infinity",
          "1e17",
          "0.3");
  private static final List<String> REAL =
      List.of("0", "-0", "1", "0.1", "-2.5", "1e6", "1e-5", "3.4e38", "NaN", "16777216");
  static final List<String> TEXT =
      List.of(
          "",
          "a",
          "b",
          "ab",
          "Ab",
          "ABC",
          " a b ",
          "xxaxx",
          "a,b,c",
          ",",
          "%",
          "_",
          "a%b",
          "\\\\a",
          "Äöß",
          "😀z",
          "\uFFFDx",
          "12",
          " 7 ",
          "1.50",
          "-3",
          "1e3",
          "true",
          "off",
          "2024-03-31",
          "2024-03-31 02:30:00",
          "2024-10-27 02:30:00.5+01",
          "nonsense",
          "{\"a\": 1}");
  private static final List<String> DATE =
      List.of(
          "1970-01-01",
          "2024-02-29",
          "2024-03-31",
          "2024-10-27",
          "1999-12-31",
          "2000-01-01",
          "2023-01-01",
          "2021-01-03",
          "2020-12-28",
          "infinity",
          "2400-02-28");
  private static final List<String> CLOCK =
      List.of(
          "00:00:00",
          "01:59:59.999999",
          "02:00:00",
          "02:30:00",
          "03:00:00",
          "23:59:59.5",
          "12:34:56.789",
          "05:29:59",
          "18:30:00.000001");
  private static final List<String> JSON =
      List.of(
          "{}",
          "[]",
          "null",
          "1.50",
          "\"a\"",
          "{\"a\": 1, \"b\": {\"c\": [1, \"x\", null]}}",
          "{\"a\": \"text\", \"bb\": 1e2, \"c\": -0.10}",
          "[1, 2.0, \"a\", {\"a\": true}]",
          "{\"a\": null, \"Ä\": \"q\\\"\\n\\u0001\"}",
          "[[1, [2]], \"b\"]",
          "{\"b\": 2, \"a\": [1, 2]}");
  private static final List<String> UUID =
      List.of(
          "00000000-0000-0000-0000-000000000000",
          "ffffffff-ffff-ffff-ffff-ffffffffffff",
          "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
  static final List<String> STATUS = List.of("new", "Paid", "void");
  static final List<String> INTERVAL =
      List.of(
          "1 day",
          "1 month",
          "-1 month",
          "1 hour",
          "36 hours",
          "1 year 2 months 3 days 04:05:06.789",
          "-1 day +02:03:04",
          "90 minutes",
          "0 seconds",
          "15 days",
          "1.5 hours",
          "13 months -3 days");

  private Samples() {}

  private static Map<String, String> columns() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("i2", "smallint");
    columns.put("i4", "integer");
    columns.put("j4", "integer");
    columns.put("i8", "bigint");
    columns.put("n", "numeric");
    columns.put("p", "numeric(14,4)");
    columns.put("f8", "double precision");
    columns.put("g8", "double precision");
    columns.put("f4", "real");
    columns.put("s", "text");
    columns.put("u", "text");
    columns.put("v", "varchar(20)");
    columns.put("b", "boolean");
    columns.put("c", "boolean");
    columns.put("d", "date");
    columns.put("e", "date");
    columns.put("ts", "timestamp");
    columns.put("us", "timestamp");
    columns.put("tz", "timestamptz");
    columns.put("uz", "timestamptz");
    columns.put("id1", "uuid");
    columns.put("js", "jsonb");
    columns.put("k", "jsonb");
    columns.put("st", "status");
    columns.put("su", "status");
    return columns;
  }

  static Kind kind(String type) {
    return switch (type) {
      case "smallint" -> Kind.INT2;
      case "integer" -> Kind.INT4;
      case "bigint" -> Kind.INT8;
      case "double precision" -> Kind.FLOAT8;
      case "real" -> Kind.FLOAT4;
      case "text" -> Kind.TEXT;
      case "varchar(20)" -> Kind.VARCHAR;
      case "boolean" -> Kind.BOOL;
      case "date" -> Kind.DATE;
      case "timestamp" -> Kind.TIMESTAMP;
      case "timestamptz" -> Kind.TIMESTAMPTZ;
      case "uuid" -> Kind.UUID;
      case "jsonb" -> Kind.JSONB;
      case "status" -> Kind.ENUM;
      case "interval" -> Kind.INTERVAL;
      default -> Kind.NUMERIC;
    };
  }

  private static String pick(List<String> pool, RandomGenerator random) {
    return pool.get(random.nextInt(pool.size()));
  }

  /** A value of a column's type, as the text Postgres reads. */
  static String value(String type, RandomGenerator random) {
    boolean special = random.nextInt(3) > 0;
    return switch (type) {
      case "smallint" -> special ? pick(INT2, random) : "" + random.nextInt(-200, 200);
      case "integer" -> special ? pick(INT4, random) : "" + random.nextInt(-1000, 1000);
      case "bigint" -> special ? pick(INT8, random) : "" + random.nextLong() / 1_000_003;
      case "numeric" ->
          special
              ? pick(NUMERIC, random)
              : java.math.BigDecimal.valueOf(
                      random.nextLong() >> random.nextInt(64), random.nextInt(9))
                  .toPlainString();
      case "numeric(14,4)" ->
          special
              ? pick(PRICE, random)
              : java.math.BigDecimal.valueOf(random.nextInt(-9_999_999, 9_999_999), 4)
                  .toPlainString();
      case "double precision" ->
          special
              ? pick(FLOAT, random)
              : "" + (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(12));
      case "real" -> special ? pick(REAL, random) : "" + (float) (random.nextDouble() * 1000);
      case "text", "varchar(20)" -> pick(TEXT, random);
      case "boolean" -> random.nextBoolean() ? "true" : "false";
      case "date" -> special ? pick(DATE, random) : day(random);
      case "timestamp", "timestamptz" -> day(random) + " " + pick(CLOCK, random);
      case "uuid" ->
          special
              ? pick(UUID, random)
              : new java.util.UUID(random.nextLong(), random.nextLong()).toString();
      case "jsonb" -> pick(JSON, random);
      case "status" -> pick(STATUS, random);
      case "interval" -> pick(INTERVAL, random);
      default -> throw new IllegalArgumentException(type);
    };
  }

  private static String day(RandomGenerator random) {
    return random.nextInt(3) > 0
        ? pick(
            List.of("2024-03-31", "2024-03-10", "2024-10-27", "2024-11-03", "2024-03-30"), random)
        : java.time.LocalDate.ofEpochDay(random.nextInt(0, 24_000)).toString();
  }
}

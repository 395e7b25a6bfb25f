package dev.freshet.materializer.differential;

import dev.freshet.materializer.expression.Function;
import dev.freshet.materializer.expression.FunctionTable;
import dev.freshet.materializer.plan.PgType.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Seeded expressions as SQL text, each around one line of the operator table or one special form.
 */
final class RandomTerms {

  private static final List<Kind> KINDS =
      List.of(
          Kind.INT2,
          Kind.INT4,
          Kind.INT8,
          Kind.NUMERIC,
          Kind.FLOAT8,
          Kind.FLOAT4,
          Kind.TEXT,
          Kind.BOOL,
          Kind.DATE,
          Kind.TIMESTAMP,
          Kind.TIMESTAMPTZ,
          Kind.UUID,
          Kind.JSONB,
          Kind.ENUM);

  private static final List<String> UNITS =
      List.of(
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
  private static final List<String> FIELDS =
      List.of(
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
          "millennium",
          "dow",
          "isodow",
          "doy",
          "isoyear",
          "epoch");
  private static final List<String> DATE_FIELDS =
      List.of(
          "day", "week", "month", "quarter", "year", "decade", "century", "dow", "isodow", "doy",
          "epoch");
  private static final List<String> ZONE_FIELDS =
      List.of("timezone", "timezone_hour", "timezone_minute");
  private static final List<String> SPAN_FIELDS =
      List.of(
          "microseconds",
          "milliseconds",
          "second",
          "minute",
          "hour",
          "day",
          "month",
          "year",
          "epoch");
  private static final List<String> ZONES =
      List.of("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe");
  private static final List<String> PATTERNS =
      List.of("a%", "%b", "%a%", "_", "__", "%", "", "A_c", "\\\\%", "a\\\\%b", "%,%", "%ö%", "_z");
  private static final List<String> PATHS =
      List.of("{a}", "{b,c}", "{b,c,1}", "{0}", "{-1}", "{3,a}", "{}", "{x}");
  private static final List<String> JSON_PARTS =
      List.of(
          "{}",
          "{\"a\": 1}",
          "1",
          "\"a\"",
          "[2]",
          "{\"b\": {\"c\": [1]}}",
          "[[1]]",
          "[1, 1]",
          "null",
          "100");

  private final RandomGenerator random;
  private final List<Function> functions;

  RandomTerms(RandomGenerator random) {
    this.random = random;
    this.functions =
        FunctionTable.all().values().stream()
            .flatMap(List::stream)
            .filter(function -> function.session() != null)
            .toList();
  }

  List<Function> functions() {
    return functions;
  }

  private <T> T pick(List<T> pool) {
    return pool.get(random.nextInt(pool.size()));
  }

  /** A call of the function, its arguments up to this deep. */
  String call(Function function, int depth) {
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < function.arguments().size(); i++) {
      Kind kind = function.arguments().get(i);
      // At least one argument reads a column: Postgres computes what is constant before any row.
      boolean column = i == function.arguments().size() - 1 && !arguments.toString().contains("t.");
      arguments.add(column && kind != Kind.INTERVAL ? column(kind) : term(kind, depth - 1));
    }
    return special(function, arguments);
  }

  private String special(Function function, List<String> arguments) {
    String name = function.name();
    String last = arguments.isEmpty() ? "" : arguments.get(arguments.size() - 1);
    switch (name) {
      case "extract" -> {
        Kind kind = function.arguments().get(1);
        List<String> fields =
            kind == Kind.DATE
                ? DATE_FIELDS
                : kind == Kind.INTERVAL
                    ? SPAN_FIELDS
                    : kind == Kind.TIMESTAMPTZ && random.nextInt(4) == 0 ? ZONE_FIELDS : FIELDS;
        boolean read = kind == Kind.INTERVAL || last.contains("t.");
        return "extract(" + pick(fields) + " from " + (read ? last : column(kind)) + ")";
      }
      case "date_trunc" -> {
        String zone = arguments.size() > 2 ? ", '" + pick(ZONES) + "'" : "";
        String value =
            arguments.get(1).contains("t.")
                ? arguments.get(1)
                : column(function.arguments().get(1));
        return "date_trunc('" + pick(UNITS) + "', " + value + zone + ")";
      }
      case "timezone" -> {
        return random.nextBoolean()
            ? "timezone('" + pick(ZONES) + "', " + last + ")"
            : "((" + last + ") at time zone '" + pick(ZONES) + "')";
      }
      case "like", "ilike" -> {
        String not = random.nextInt(4) == 0 ? " not " : " ";
        String pattern = random.nextInt(4) > 0 ? "'" + pick(PATTERNS) + "'" : last;
        String text = arguments.get(0).contains("t.") ? arguments.get(0) : column(Kind.TEXT);
        return "(" + text + not + name + " " + pattern + ")";
      }
      case "position" -> {
        return "position((" + arguments.get(0) + ") in " + arguments.get(1) + ")";
      }
      case "#>", "#>>" -> {
        return "(" + column(Kind.JSONB) + " " + name + " '" + pick(PATHS) + "')";
      }
      case "concat", "concat_ws" -> {
        String values = column(pick(KINDS)) + ", " + column(pick(KINDS));
        return name.equals("concat") ? "concat(" + values + ")" : "concat_ws('-', " + values + ")";
      }
      case "repeat", "lpad", "rpad" -> {
        // Bounded: Postgres would make texts of gigabytes.
        String count = "(" + column(Kind.INT4) + " % 20)";
        String fill = arguments.size() > 2 ? ", " + arguments.get(2) : "";
        return name + "(" + arguments.get(0) + ", " + count + fill + ")";
      }
      case "round", "trunc" -> {
        if (arguments.size() == 2) {
          return name + "(" + arguments.get(0) + ", " + column(Kind.INT4) + " % 30)";
        }
      }
      default -> {
        // as any other
      }
    }
    return switch (function.syntax()) {
      case FUNCTION -> name + "(" + String.join(", ", arguments) + ")";
      case BINARY -> "(" + arguments.get(0) + " " + name + " " + arguments.get(1) + ")";
      case PREFIX -> "(" + name + " " + last + ")";
    };
  }

  /** An expression of a type. */
  private String term(Kind kind, int depth) {
    if (kind == Kind.INTERVAL) {
      return depth > 0 && random.nextInt(3) == 0
          ? "(" + column(Kind.TIMESTAMP) + " - " + column(Kind.TIMESTAMP) + ")"
          : "interval '" + pick(Samples.INTERVAL) + "'";
    }
    int choice = random.nextInt(10);
    if (depth > 0 && choice < 3) {
      List<Function> giving =
          functions.stream()
              .filter(f -> f.result().kind() == kind && f.arguments().size() > 0)
              .toList();
      if (!giving.isEmpty()) {
        return call(pick(giving), depth);
      }
    }
    if (depth > 0 && choice == 3) {
      return form(kind, depth);
    }
    return choice < 8 ? column(kind) : literal(kind);
  }

  /** CASE, COALESCE and the like, of a type. */
  private String form(Kind kind, int depth) {
    String a = term(kind, depth - 1);
    String b = column(kind);
    boolean ordered = kind != Kind.JSONB && kind != Kind.ENUM;
    return switch (random.nextInt(ordered ? 7 : 3)) {
      case 0 -> "case when " + condition(depth - 1) + " then " + a + " else " + b + " end";
      case 1 -> "coalesce(" + b + ", " + a + ")";
      case 2 -> "case when " + condition(depth - 1) + " then " + b + " end";
      case 3 -> "greatest(" + a + ", " + b + ")";
      case 4 -> "least(" + a + ", " + b + ", null)";
      case 5 -> "nullif(" + b + ", " + a + ")";
      default -> "case " + b + " when " + a + " then " + a + " else " + b + " end";
    };
  }

  /** One of them, of any type. */
  String form(int depth) {
    return form(pick(KINDS), depth);
  }

  /** A condition around a special form. */
  String condition(int depth) {
    Kind kind = pick(KINDS);
    boolean equal = kind != Kind.JSONB;
    boolean ordered = equal && kind != Kind.ENUM;
    String x = column(kind);
    return switch (random.nextInt(9)) {
      case 0 -> x + " is null";
      case 1 -> x + " is not null";
      case 2 -> "(" + column(Kind.BOOL) + " is not true)";
      case 3 -> "(" + column(Kind.BOOL) + " and " + term(Kind.BOOL, depth) + ")";
      case 4 -> "(" + column(Kind.BOOL) + " or " + term(Kind.BOOL, depth) + ")";
      case 5 -> equal ? x + " in (" + literal(kind) + ", " + column(kind) + ")" : "js ? 'a'";
      case 6 -> ordered ? x + " between " + literal(kind) + " and " + column(kind) : "b is false";
      case 7 -> equal ? x + " is distinct from " + column(kind) : "b is not false";
      default -> equal ? x + " not in (" + literal(kind) + ", " + literal(kind) + ")" : "not b";
    };
  }

  /** A conversion of a column. */
  String cast() {
    String from = column(pick(KINDS));
    String to =
        pick(
            List.of(
                "smallint",
                "integer",
                "bigint",
                "numeric",
                "numeric(10,1)",
                "numeric(6,3)",
                "double precision",
                "real",
                "text",
                "varchar(3)",
                "boolean",
                "date",
                "timestamp",
                "timestamptz",
                "timestamp(0)",
                "timestamptz(2)",
                "uuid",
                "jsonb",
                "status"));
    return "(" + from + ")::" + to;
  }

  private String column(Kind kind) {
    List<String> columns =
        Samples.COLUMNS.entrySet().stream()
            .filter(e -> Samples.kind(e.getValue()) == kind)
            .map(e -> "t." + e.getKey())
            .toList();
    return pick(columns);
  }

  private String literal(Kind kind) {
    return switch (kind) {
      case TEXT -> "'" + pick(Samples.TEXT).replace("'", "''") + "'";
      case INT2 -> pick(List.of("'3'::smallint", "'-2'::smallint"));
      case INT4 -> pick(List.of("0", "1", "2", "-3", "10", "86400"));
      case INT8 -> pick(List.of("4294967296", "'5'::bigint", "-9223372036854775808"));
      case NUMERIC ->
          pick(List.of("0.0", "1.50", "-2.5", "3.000", "0.001", "100000000000000000000"));
      case BOOL -> column(Kind.BOOL);
      case JSONB -> "'" + pick(JSON_PARTS) + "'::jsonb";
      case ENUM -> "'" + pick(Samples.STATUS) + "'::status";
      case INTERVAL -> "interval '" + pick(Samples.INTERVAL) + "'";
      default -> {
        String type =
            Samples.COLUMNS.values().stream()
                .filter(t -> Samples.kind(t) == kind)
                .findFirst()
                .orElseThrow();
        yield "'" + Samples.value(type, random) + "'::" + type;
      }
    };
  }
}

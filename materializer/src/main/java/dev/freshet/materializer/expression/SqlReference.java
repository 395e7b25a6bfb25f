package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.PgType.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The page docs/reference/sql.md, made from the operator table. */
public final class SqlReference {

  private static final String HEAD =
      """
      # The SQL of a view

      A view is one `SELECT`, or a `CREATE [MATERIALIZED] VIEW name AS SELECT`, as Postgres would run it. What is accepted
      means what it means in Postgres, to the display scale of a number; everything else is refused, all refusals of a text
      at once, each with line, column and what to write instead. Functions and types on this page are generated from the
      operator table; each line of it is compared with a real Postgres over random values in four session time zones.

      ## Queries

      | accepted | |
      |---|---|
      | `SELECT`, `SELECT DISTINCT`, `*`, `t.*` | every column of the result has a name of its own |
      | `FROM` tables, subqueries, `WITH` queries | each table has a primary key |
      | `JOIN`, `LEFT JOIN`, with `ON` or `USING`; a table may join itself | at least one equality of both sides; a `LEFT JOIN` has only equalities and conditions on its right side |
      | `WHERE`, `GROUP BY` (also by position and by a result's name), `HAVING` | columns of a table whose primary key is grouped by need not be |
      | `UNION ALL` | each branch with the same key columns and a constant of its own, or grouped above |
      | `count`, `sum`, `avg`, `min`, `max`, `bool_and`, `bool_or`, `every`; `DISTINCT`; `FILTER (WHERE …)` | not `sum` and `avg` of `real` |
      | `CASE`, `COALESCE`, `NULLIF`, `GREATEST`, `LEAST`, `CAST`, `::` | |
      | `AND`, `OR`, `NOT`, `IS [NOT] NULL/TRUE/FALSE/DISTINCT FROM`, `BETWEEN`, `IN (list)`, `LIKE`, `ILIKE` | |
      | `COLLATE "C"` | |

      Rows of a view can be told apart: the group key, or the primary keys of the tables, stand in the `SELECT` list.

      What depends on more than the rows is refused (`now()`, `random()`, `current_user`), and so is what cannot be kept up
      to date by changes alone: `ORDER BY`, `LIMIT`, window functions, subqueries in expressions, `string_agg`, percentiles.

      ## Limits

      - Text is ordered by code point: `<`, `min` and `max` of text need a database with collation C, or `COLLATE "C"`.
      - `numeric` NaN and infinities, and infinite intervals, are errors of their row.
      - Timestamps end on 294247-01-10, 30 years before Postgres's: a later one is an error of its row. `infinity` and BC are
        as in Postgres.
      - `sum` and `avg` of `double precision` are exact and rounded once; Postgres's last digit depends on the order of rows.
      - Texts are cast to dates and timestamps in ISO 8601 form; other forms are errors of their row.
      - An `interval` can be computed with, but not be a column: write `extract(epoch FROM x)`.
      - Enums have equality and no order; `jsonb` has neither.
      - Columns of other types (arrays, `bytea`, `time`, ranges, `json` but for its text), and generated columns, are not used.
      """;

  private SqlReference() {}

  /** The page. */
  public static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    page.append("\n## Types\n\n| type | kept as |\n|---|---|\n");
    for (Kind kind : Kind.values()) {
      page.append("| `%s` | %s |\n".formatted(PgType.of(kind), kind.valueClass().getSimpleName()));
    }
    FunctionTable.all().forEach((group, functions) -> group(page, group, functions));
    return page.toString();
  }

  private static void group(StringBuilder page, String group, List<Function> functions) {
    page.append("\n## ").append(group).append("\n\n| | of | gives |\n|---|---|---|\n");
    Map<String, List<Function>> byName =
        functions.stream()
            .filter(function -> function.session() != null)
            .collect(
                Collectors.groupingBy(Function::name, LinkedHashMap::new, Collectors.toList()));
    byName.forEach(
        (name, overloads) ->
            overloads.forEach(
                function ->
                    page.append(
                        "| `%s` | %s | %s |\n"
                            .formatted(escaped(name), arguments(function), function.result()))));
    Map<String, String> refused = new TreeMap<>();
    functions.stream()
        .filter(function -> function.session() == null)
        .forEach(function -> refused.put(function.toString(), function.refusal()));
    if (!refused.isEmpty()) {
      page.append("\nRefused:\n\n");
      refused.forEach((call, why) -> page.append("- `%s`: %s\n".formatted(call, why)));
    }
  }

  private static String arguments(Function function) {
    return function.arguments().isEmpty()
        ? "any number of any type"
        : function.arguments().stream()
            .map(kind -> PgType.of(kind).toString())
            .collect(Collectors.joining(", "));
  }

  private static String escaped(String name) {
    return name.replace("|", "\\|");
  }
}

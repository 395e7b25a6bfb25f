package dev.freshet.materializer.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.ViewPlan;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewCompilerTest {

  private final ViewCompiler compiler = new ViewCompiler(new Shop(true), ZoneOffset.UTC);

  private ViewPlan plan(String sql) throws ViewRefusedException {
    return compiler.compile("v", sql);
  }

  private List<String> refusals(String sql) {
    ViewRefusedException refused =
        catchThrowableOfType(ViewRefusedException.class, () -> compiler.compile("v", sql));
    return Objects.requireNonNull(refused, sql).refusals().stream().map(Object::toString).toList();
  }

  @Test
  void filtersGoBelowTheJoinAndOnlyReadColumnsAreKept() throws ViewRefusedException {
    ViewPlan plan =
        plan(
            """
            SELECT c.region, date_trunc('day', o.placed_at) AS day, sum(o.amount) AS total
            FROM orders o JOIN customers c ON c.id = o.customer_id
            WHERE o.paid AND c.name <> 'test'
            GROUP BY c.region, date_trunc('day', o.placed_at)
            """);
    assertThat(plan.toString())
        .isEqualTo(
            """
            project [$0, $1, $2]
              aggregate by [0, 1] [sum($2)]
                project [$7, date_trunc('day', $4), $2]
                  join [1] = [0]
                    filter $3
                      source public.orders [id bigint not null, customer_id integer, amount numeric(14,4), paid boolean, placed_at timestamp with time zone] key 1
                    filter <>($1, 'test')
                      source public.customers [id integer not null, name text, region text] key 1
            """);
    assertThat(plan.key()).containsExactly(0, 1);
    assertThat(plan.tables()).hasToString("[public.customers, public.orders]");
  }

  @Test
  void everyRefusalIsShownAtOnceWithItsPlace() {
    assertThat(
            refusals(
                """
                SELECT row_number() OVER (ORDER BY id), nosuch, sum(note), now(),
                  (SELECT 1), string_agg(note, ',') FROM orders
                ORDER BY 1 LIMIT 3
                """))
        .containsExactly(
            "line 1, column 8: a window function (OVER) is not supported in a Freshet view: use GROUP BY, or"
                + " compute it in the query that reads the view",
            "line 1, column 41: column \"nosuch\" does not exist",
            "line 1, column 49: sum(text) is not supported in a Freshet view: PostgreSQL has no sum(text);"
                + " cast the column explicitly",
            "line 1, column 60: now() is not supported in a Freshet view: its value changes without any row"
                + " changing; compare with it in the query that reads the view",
            "line 2, column 3: a subquery in an expression is not supported in a Freshet view: rewrite it as"
                + " a JOIN",
            "line 2, column 15: string_agg() is not supported in a Freshet view: the order of what it"
                + " collects is not defined; aggregate where the view is read",
            "line 3, column 1: ORDER BY is not supported in a Freshet view: a view has no order; put it into"
                + " the query that reads the view",
            "line 3, column 12: LIMIT/OFFSET is not supported in a Freshet view: put it into the query that"
                + " reads the view");
  }

  @Test
  void theMessageHasTheLineAndACaret() {
    assertThatThrownBy(() -> plan("SELECT id,\n  amuont FROM orders"))
        .hasMessageContaining("did you mean \"amount\"?\n    amuont FROM orders\n    ^");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT id FROM orders WHERE status = 'x' UNION SELECT id FROM orders | UNION without ALL",
        "SELECT id FROM orders EXCEPT SELECT id FROM orders | EXCEPT",
        "SELECT o.id FROM orders o RIGHT JOIN customers c ON c.id = o.customer_id | RIGHT JOIN",
        "SELECT o.id FROM orders o FULL JOIN customers c ON c.id = o.customer_id | FULL JOIN",
        "SELECT o.id FROM orders o CROSS JOIN customers c | a join without an equality",
        "SELECT o.id FROM orders o JOIN customers c ON c.id < o.customer_id | a join without an equality",
        "SELECT o.id FROM orders o LEFT JOIN customers c ON c.id = o.id AND o.paid | LEFT JOIN condition",
        "SELECT DISTINCT ON (id) id FROM orders | DISTINCT ON",
        "SELECT id FROM orders WHERE id IN (SELECT id FROM customers) | a subquery in an expression",
        "SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM customers) | a subquery in an expression",
        "SELECT customer_id, count(*) AS n FROM orders GROUP BY ROLLUP (customer_id) | ROLLUP",
        "SELECT id, random() AS r FROM orders | random()",
        "SELECT id, current_date AS d FROM orders | current_date",
        "SELECT id, note ~ 'a' AS m FROM orders | text ~ text",
        "SELECT id, sqrt(amount) AS r FROM orders | sqrt(numeric)",
        "SELECT id, power(amount, 2) AS r FROM orders | power",
        "SELECT id, placed_at - local_at AS i FROM orders | a column of type interval",
        "SELECT id, payload = payload AS e FROM orders | jsonb = jsonb",
        "SELECT payload, count(*) AS n FROM orders GROUP BY payload | GROUP BY over jsonb",
        "SELECT id, status < 'a' AS l FROM orders | enum < enum",
        "SELECT id, tags FROM orders | column \"tags\" of type text[]",
        "SELECT a FROM log | table public.log without a primary key",
        "SELECT id, (payload -> 'a')::int AS n FROM orders | a cast from jsonb",
        "SELECT id, note = 5 AS e FROM orders | text = integer",
        "SELECT id FROM orders, LATERAL (SELECT id AS i FROM customers) x | LATERAL",
        "WITH RECURSIVE r AS (SELECT id FROM orders) SELECT id FROM r | WITH RECURSIVE",
        "SELECT id, percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS p FROM orders | ordered-set",
        "SELECT id, extract(julian FROM placed_at) AS j FROM orders | extract of \"julian\"",
        "SELECT id, ARRAY[1, 2] AS a FROM orders | ARRAY",
        "SELECT id, stddev(amount) AS s FROM orders GROUP BY id | stddev()",
      })
  void isRefused(String sql, String what) {
    assertThat(refusals(sql))
        .anySatisfy(
            message ->
                assertThat(message).contains(what).contains("is not supported in a Freshet view:"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT customer_id, note, count(*) AS n FROM orders GROUP BY customer_id | \"note\" must appear in the GROUP BY",
        "SELECT count(*) AS n FROM orders GROUP BY customer_id | add orders.customer_id to the SELECT list",
        "SELECT note FROM orders | add orders.id to the SELECT list",
        "SELECT o.id FROM orders o JOIN orders p ON o.note = p.note | add orders.id to the SELECT list",
        "SELECT id, id FROM orders | two columns are called \"id\"",
        "SELECT id, 1 + 1 FROM orders | a column has no name",
        "SELECT id FROM orders WHERE sum(amount) > 1 | an aggregate is not allowed here",
        "SELECT x.id FROM orders o | there is no table \"x\" in FROM; there is o",
        "SELECT id FROM nosuch | there is no table nosuch",
        "SELECT id FROM orders o JOIN customers c ON c.id = o.customer_id | \"id\" is ambiguous",
        "SELECT id FROM orders WHERE amount | must be type boolean, not type numeric(14,4)",
        "SELECT id FROM orders WHERE day > 'yesterday-ish' | invalid input syntax for type date",
        "SELECT id FROM orders WHERE | expected an expression",
        "SELECT id, CASE WHEN paid THEN 1 ELSE day END AS c FROM orders | CASE types date and integer cannot be matched",
        "SELECT id FROM orders UNION ALL SELECT id FROM orders | a constant of its own",
      })
  void isAnError(String sql, String what) {
    assertThat(refusals(sql)).anySatisfy(message -> assertThat(message).contains(what));
  }

  @Test
  void textIsComparedOnlyUnderCollationC() throws ViewRefusedException {
    ViewCompiler other = new ViewCompiler(new Shop(false), ZoneOffset.UTC);
    assertThatThrownBy(() -> other.compile("v", "SELECT max(note) AS m FROM orders"))
        .hasMessageContaining("write x COLLATE \"C\"");
    assertThatThrownBy(() -> other.compile("v", "SELECT id FROM orders WHERE note < 'm'"))
        .hasMessageContaining("write x COLLATE \"C\"");
    other.compile("v", "SELECT max(note COLLATE \"C\") AS m FROM orders WHERE note = 'm'");
  }

  @Test
  void otherOperatorsBindWeakerThanPlusAndStrongerThanComparison() throws ViewRefusedException {
    assertThat(plan("SELECT id, 'x' || quantity + 1 AS a FROM orders"))
        .hasToString(
            """
            project [$0, ||('x', +($1, '1'::integer)::text)]
              source public.orders [id bigint not null, quantity integer] key 1
            """);
    assertThat(plan("SELECT id FROM orders WHERE payload ->> 'a' = 'b' AND -5::int < 0").toString())
        .contains("filter (=(->>($1, 'a'), 'b') and <(-('5'::integer), '0'::integer))");
  }

  @Test
  void aGroupedPrimaryKeyDeterminesItsTable() throws ViewRefusedException {
    ViewPlan plan =
        plan(
            "SELECT c.id, c.name, count(o.id) AS n FROM customers c"
                + " LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id");
    assertThat(plan.columns()).extracting(Column::name).containsExactly("id", "name", "n");
    assertThat(plan.key()).contains(0);
  }

  @Test
  void theIdFollowsTheMeaningNotTheText() throws ViewRefusedException {
    String id = plan("SELECT id, amount AS a FROM orders o WHERE o.paid").id();
    assertThat(plan("select  x.id, x.amount a -- same\nfrom orders x where x.paid;").id())
        .isEqualTo(id);
    assertThat(plan("SELECT id, amount AS b FROM orders o WHERE o.paid").id()).isNotEqualTo(id);
    assertThat(plan("SELECT id, amount AS a FROM orders o WHERE NOT o.paid").id()).isNotEqualTo(id);
    assertThat(
            new ViewCompiler(new Shop(true), ZoneId.of("Europe/Berlin"))
                .compile("v", "SELECT id, amount AS a FROM orders o WHERE o.paid")
                .id())
        .isNotEqualTo(id);
  }

  @Test
  void theSelectAloneIsKept() throws ViewRefusedException {
    ViewPlan plan =
        plan("-- daily\nCREATE MATERIALIZED VIEW a.b AS\n  SELECT id\n FROM orders ; -- end\n");
    assertThat(plan.sql()).isEqualTo("SELECT id\n FROM orders");
  }

  @Test
  void unionAllNeedsAConstantPerBranch() throws ViewRefusedException {
    ViewPlan plan =
        plan("SELECT 'o' AS src, id FROM orders UNION ALL SELECT 'c', id FROM customers");
    assertThat(plan.key()).containsExactly(0, 1);
  }

  @Test
  void aJoinOnAPrimaryKeyAddsNothingToTheKey() throws ViewRefusedException {
    ViewPlan plan =
        plan("SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id");
    assertThat(plan.key()).containsExactly(0);
  }
}

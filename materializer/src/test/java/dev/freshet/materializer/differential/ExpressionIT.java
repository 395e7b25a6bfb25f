package dev.freshet.materializer.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedPostgres;
import dev.freshet.embedded.ServerSpec;
import dev.freshet.materializer.differential.Oracle.Outcome;
import dev.freshet.materializer.expression.Function;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.ViewPlan;
import dev.freshet.materializer.source.PostgresSchema;
import dev.freshet.materializer.source.SourceCheck;
import dev.freshet.materializer.sql.ViewCompiler;
import dev.freshet.materializer.sql.ViewRefusedException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every line of the operator table, the special forms and the casts, over random values in four
 * session time zones: text by text what Postgres says. {@code -Dfuzz.seconds=600 -Dfuzz.seed=7} for
 * longer, or for one run again.
 */
class ExpressionIT {

  private static final List<ZoneId> ZONES =
      List.of(
          ZoneId.of("UTC"),
          ZoneId.of("Europe/Berlin"),
          ZoneId.of("America/New_York"),
          ZoneId.of("Asia/Kolkata"));

  @TempDir static Path folder;

  private static EmbeddedPostgres postgres;
  private static Oracle oracle;

  @BeforeAll
  static void start() throws SQLException {
    postgres = new EmbeddedPostgres(ServerSpec.in(folder, "postgres").withoutDurability(), "shop");
    postgres.start();
    oracle = new Oracle(postgres.address());
  }

  @AfterAll
  static void stop() throws SQLException {
    oracle.close();
    postgres.close();
  }

  @Test
  void everyExpressionGivesWhatPostgresGives() throws SQLException {
    long seed = Long.getLong("fuzz.seed", 33_549);
    long until = System.nanoTime() + Long.getLong("fuzz.seconds", 5) * 1_000_000_000L;
    Run run = new Run(seed);
    // The first rounds try every line once in each zone, however long it takes.
    do {
      run.round();
    } while ((run.rounds < ZONES.size() || System.nanoTime() < until)
        && run.differences.size() < 20);
    System.out.printf(
        "ExpressionIT seed %d: %d expressions, %d rows compared, %d refused, %d rows beyond what is supported%n",
        seed, run.expressions, run.compared, run.refused, run.unsupported);
    assertThat(run.differences).as("seed " + seed).isEmpty();
    assertThat(run.uncovered()).as("functions never compared").isEmpty();
    assertThat(run.refused).as("refused, of " + run.expressions).isLessThan(run.expressions / 3);
  }

  @Test
  void anArgumentThatIsAlwaysNullKeepsTheOthersFromRaising() throws SQLException {
    Run run = new Run(33_549);
    oracle.zone(ZONES.get(0));
    oracle.fill(run.random);
    for (String raises : List.of("div(1, t.id - t.id)", "(1 / (t.id - t.id))::numeric")) {
      for (String absent :
          List.of(
              "NULL::numeric",
              "CASE WHEN 1 > 2 THEN 1.5 END",
              "nullif(7.0, 7)",
              "div(nullif(7.0, 7), t.id)",
              "nullif(t.id, t.id)")) {
        assertThat(run.check("div(" + raises + ", " + absent + ")")).isTrue();
      }
    }
    assertThat(run.differences).isEmpty();
  }

  /** One seeded run. */
  private static final class Run {
    private final Random random;
    private final RandomTerms terms;
    private final Set<Function> covered = new HashSet<>();
    private final List<String> differences = new ArrayList<>();
    private int expressions;
    private int compared;
    private int refused;
    private int unsupported;
    private int rounds;
    private ZoneId zone = ZONES.get(0);
    private ViewCompiler compiler = new ViewCompiler(new PostgresSchema(oracle.connection()), zone);

    Run(long seed) {
      this.random = new Random(seed);
      this.terms = new RandomTerms(random);
    }

    void round() throws SQLException {
      zone = ZONES.get(rounds++ % ZONES.size());
      oracle.zone(zone);
      oracle.fill(random);
      compiler = new ViewCompiler(new PostgresSchema(oracle.connection()), zone);
      for (Function function : terms.functions()) {
        int depth = rounds <= 2 ? 1 : random.nextInt(1, 4);
        String call = terms.call(function, depth);
        boolean span = function.result().kind() == PgType.Kind.INTERVAL;
        if (check(span ? "(" + call + ")::text" : call)) {
          covered.add(function);
        }
      }
      for (int i = 0; i < 40; i++) {
        check(terms.cast());
        check(terms.condition(2));
        check(terms.form(2));
      }
    }

    private boolean check(String expression) throws SQLException {
      expressions++;
      ViewPlan plan;
      try {
        plan = compiler.compile("v", "SELECT t.id, " + expression + " AS x FROM t");
      } catch (ViewRefusedException e) {
        refused++;
        return false;
      }
      List<Outcome> theirs = oracle.ask(expression);
      List<Outcome> ours = oracle.compute(plan);
      List<String> types = SourceCheck.differences(plan, oracle.connection());
      boolean allFail = theirs.stream().allMatch(outcome -> outcome.error() != null);
      if (!types.isEmpty() && !allFail) {
        differences.add(expression + " in " + zone + ": " + types);
      }
      int before = differences.size();
      for (int i = 0; i < ours.size() && differences.size() == before; i++) {
        compare(expression, i, ours.get(i), theirs.get(i));
      }
      return true;
    }

    private void compare(String expression, int row, Outcome ours, Outcome theirs) {
      String error = ours.error();
      if (error != null && error.contains("not supported")) {
        unsupported++;
        return;
      }
      compared++;
      boolean oneFails = error != null || theirs.error() != null;
      boolean bothFail = error != null && theirs.error() != null;
      boolean same = oneFails ? bothFail : Objects.equals(ours.text(), theirs.text());
      if (!same && differences.size() < 20) {
        differences.add(
            "%s in %s%n  ours %s%n  theirs %s%n  row %s"
                .formatted(expression, zone, ours, theirs, oracle.row(row, expression)));
      }
    }

    private List<Function> uncovered() {
      return terms.functions().stream().filter(f -> !covered.contains(f)).toList();
    }
  }
}

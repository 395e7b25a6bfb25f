package dev.freshet.materializer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.TableName;
import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.AggregateCall;
import dev.freshet.materializer.plan.AggregateFunction;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.plan.ViewPlan;
import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.view.View;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views over real services: seeded, followed, whole transactions only, killed and gone on. */
class ViewsIT {

  private static final Source ACCOUNTS =
      new Source(
          new TableName("public", "accounts"),
          List.of(
              new Column("id", PgType.INT8, false),
              new Column("branch", PgType.INT8, true),
              new Column("balance", PgType.numeric(14, 2), false)),
          1);
  private static final Source BRANCHES =
      new Source(
          new TableName("public", "branches"),
          List.of(new Column("id", PgType.INT8, false), new Column("region", PgType.TEXT, true)),
          1);

  @TempDir private static Path folder;
  private static EmbeddedStack stack;

  @BeforeAll
  static void startStack() {
    stack = EmbeddedStack.builder().start();
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  private static AggregateCall call(
      AggregateFunction function, int argument, PgType of, PgType type) {
    return new AggregateCall(function, false, argument, AggregateCall.NONE, of, type);
  }

  private static View byRegion(String table) {
    Join join = new Join(ACCOUNTS, BRANCHES, List.of(1), List.of(0), Join.Kind.LEFT, null);
    Aggregate groups =
        new Aggregate(
            join,
            List.of(4),
            List.of(
                call(AggregateFunction.SUM, 2, PgType.numeric(14, 2), PgType.NUMERIC),
                call(AggregateFunction.COUNT_ROWS, -1, PgType.INT8, PgType.INT8),
                call(AggregateFunction.MAX, 2, PgType.numeric(14, 2), PgType.numeric(14, 2))));
    List<dev.freshet.materializer.plan.Expression> all =
        List.of(input(groups, 0), input(groups, 1), input(groups, 2), input(groups, 3));
    List<Column> columns =
        List.of(
            new Column("region", PgType.TEXT, true),
            new Column("total", PgType.NUMERIC, true),
            new Column("accounts", PgType.INT8, false),
            new Column("largest", PgType.numeric(14, 2), true));
    String sql =
        "select b.region, sum(a.balance) as total, count(*) as accounts, max(a.balance) as largest"
            + " from accounts a left join branches b on b.id = a.branch group by b.region";
    ViewPlan plan =
        new ViewPlan(
            "by_region",
            sql,
            new dev.freshet.materializer.plan.Project(groups, all, columns),
            List.of(0),
            ZoneOffset.UTC);
    return new View(plan, TableName.parse(table), List.of());
  }

  private static dev.freshet.materializer.plan.Expression input(Aggregate of, int column) {
    return new dev.freshet.materializer.plan.Expression() {
      @Override
      public @org.jspecify.annotations.Nullable Object eval(
          @org.jspecify.annotations.Nullable Object[] row) {
        return row[column];
      }

      @Override
      public PgType type() {
        return of.columns().get(column).type();
      }

      @Override
      public String toString() {
        return "$" + column;
      }
    };
  }

  @Test
  void aViewIsItsSqlFromTheFirstRowOnThroughTransactionsAndKills() throws Exception {
    View view = byRegion("public.by_region");
    try (Connection connection =
            java.sql.DriverManager.getConnection(
                stack.postgres().jdbcUrl(), stack.postgres().user(), stack.postgres().password());
        java.sql.Statement statement = connection.createStatement()) {
      statement.execute("create table branches (id bigint primary key, region text)");
      statement.execute(
          "create table accounts (id bigint primary key, branch bigint, balance numeric(14,2) not null)");
      statement.execute(
          "insert into branches select g, 'r' || g % 5 from generate_series(0, 19) g");
      statement.execute(
          "insert into accounts select g, nullif(g % 25, 24), 100 from generate_series(1, 1000) g");
    }
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong torn = new AtomicLong();
    AtomicLong looks = new AtomicLong();
    try (ViewBed bed = new ViewBed(stack, "it", folder.resolve("a"), List.of(view))) {
      Thread writer = new Thread(() -> transfers(bed, done), "writer");
      writer.start(); // the seed is taken while transactions run
      bed.startViews();
      bed.awaitLive();
      Thread looker = new Thread(() -> look(bed, done, torn, looks), "looker");
      looker.start();
      ViewBed.until("some looks", () -> looks.get() > 100);
      bed.stopViews();
      bed.startViews();
      bed.awaitLive();
      long before = looks.get();
      ViewBed.until("some more looks", () -> looks.get() > before + 100);
      done.set(true);
      writer.join();
      looker.join();
      bed.awaitEqual(view);
      assertThat(torn).as("looks that saw half a transaction, of %s", looks).hasValue(0);

      bed.sql(
          "delete from accounts where id % 2 = 0",
          "update branches set region = null where id = 3");
      bed.sql("truncate branches");
      bed.awaitEqual(view);
      bed.sql("truncate accounts");
      bed.awaitEqual(view);
      try (Connection connection = bed.database.open()) {
        Registry.Known known = new Registry("it").find(connection, "by_region").orElseThrow();
        assertThat(known.rows()).isZero();
        assertThat(known.attempt()).as("seeded once").isEqualTo(1);
      }
    }
  }

  /** Money moves between accounts, and accounts between branches: no total changes. */
  private static void transfers(ViewBed bed, AtomicBoolean done) {
    Random random = new Random(7);
    try (Connection connection = bed.database.open();
        PreparedStatement add =
            connection.prepareStatement("update accounts set balance = balance + ? where id = ?");
        PreparedStatement move =
            connection.prepareStatement("update accounts set branch = ? where id = ?");
        PreparedStatement rename =
            connection.prepareStatement("update branches set region = ? where id = ?")) {
      connection.setAutoCommit(false);
      while (!done.get()) {
        int amount = random.nextInt(50);
        for (int sign = 1; sign >= -1; sign -= 2) {
          add.setInt(1, sign * amount);
          add.setLong(2, 1 + random.nextInt(1000));
          add.executeUpdate();
        }
        move.setLong(1, random.nextInt(25));
        move.setLong(2, 1 + random.nextInt(1000));
        move.executeUpdate();
        if (random.nextInt(10) == 0) {
          rename.setString(1, "r" + random.nextInt(7));
          rename.setLong(2, random.nextInt(20));
          rename.executeUpdate();
        }
        connection.commit();
      }
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void look(ViewBed bed, AtomicBoolean done, AtomicLong torn, AtomicLong looks) {
    while (!done.get()) {
      try {
        List<String> total = bed.rows("select sum(total), sum(accounts) from by_region");
        looks.incrementAndGet();
        if (!total.equals(List.of("100000.00 | 1000"))) {
          torn.incrementAndGet();
        }
      } catch (java.sql.SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}

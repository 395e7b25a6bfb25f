package dev.freshet.endtoend.bench;

import dev.freshet.app.demo.DemoViewsSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Views beside what a user would do without them.
 *
 * <p>A transaction of 100 rows against a view over three tables with {@code --rows} readings, a
 * third and a thirtieth of them: from the commit's acknowledgement until its rows are visible in
 * Postgres, or until {@code REFRESH MATERIALIZED VIEW CONCURRENTLY} of the same SQL is through.
 * Then five views at {@code --rate} changes a second, and as many changes as one connection can
 * make, until the last is visible: in the five, in one join of three tables, and in the same join
 * as KTables, whose clock stops at its output topic. Violations are rows in which a view differs
 * from its SQL at the end.
 */
final class ViewsBench implements Bench {

  private static final int CHANGED = 100;
  private static final int ROWS_PER_TRANSACTION = 500;
  private static final int ROWS_PER_COMMIT = 5;

  /** Runs that are not counted, until the JIT compiler has little left to do. */
  private static final int MOST_WARM_UPS = 8;

  private static final int MOST_DRAINED = 100_000;
  private static final String SMALL = "small";

  @Override
  public String name() {
    return "views";
  }

  @Override
  public String sentence() {
    return "Commit to view row, beside REFRESH CONCURRENTLY; changes a second, beside KTables.";
  }

  @Override
  public Options defaults() {
    return new Options(20, 500, 5, 1, 3_000_000);
  }

  /** A three-way join with totals, over the tables of a schema. */
  static String join(String schema) {
    return """
        SELECT o.id AS organization_id, o.sector, date_trunc('day', r.recorded_at) AS day,
          sum(r.kilograms) AS kilograms, count(*) AS readings
        FROM %1$s.readings r
        JOIN %1$s.facilities f ON f.id = r.facility_id
        JOIN %1$s.organizations o ON o.id = f.organization_id
        GROUP BY o.id, o.sector, date_trunc('day', r.recorded_at)"""
        .formatted(schema);
  }

  private static Map<String, String> shipped() {
    Map<String, String> views = new TreeMap<>();
    DemoViewsSql.views()
        .forEach(
            (name, sql) ->
                views.put(
                    name,
                    sql.replaceAll(
                        "\\b(FROM|JOIN) (readings|facilities|organizations|targets)\\b",
                        "$1 " + SMALL + ".$2")));
    return views;
  }

  /** {@code 3m}, {@code 100k}. */
  static String label(int rows) {
    return rows >= 1_000_000
        ? rows / 1_000_000 + "m"
        : rows >= 1000 ? rows / 1000 + "k" : "" + rows;
  }

  @Override
  public Result run(Options options, Consumer<String> talk) throws Exception {
    int most = options.rows();
    int small = Math.max(1000, most / 30);
    Map<String, Integer> sizes = new LinkedHashMap<>();
    for (int rows : new int[] {small, Math.max(1000, most / 3), most}) {
      sizes.putIfAbsent(label(rows), rows);
    }
    List<String> schemas = new ArrayList<>(List.of(SMALL));
    sizes.keySet().forEach(label -> schemas.add("rows_" + label));
    try (ViewsBed bed = ViewsBed.start(talk)) {
      for (Map.Entry<String, Integer> size : sizes.entrySet()) {
        talk.accept("creating %,d readings".formatted(size.getValue()));
        bed.createTables("rows_" + size.getKey(), size.getValue());
      }
      bed.createTables(SMALL, small);
      bed.capture(schemas);
      Measured measured = new Measured(bed, options, talk);
      for (String label : sizes.keySet()) {
        measured.transactions(schemas, label, sizes.get(label));
      }
      measured.five(schemas, small);
      measured.sustained(schemas, small);
      return measured.result(label(most));
    }
  }

  /** What was found so far. */
  private static final class Measured {
    private final ViewsBed bed;
    private final Options options;
    private final Consumer<String> talk;
    private final Random random;
    private final Map<String, Rounds> rounds = new LinkedHashMap<>();
    private long violations;

    Measured(ViewsBed bed, Options options, Consumer<String> talk) {
      this.bed = bed;
      this.options = options;
      this.talk = talk;
      this.random = new Random(options.seed());
    }

    private void add(String variant, Map<String, Double> figures) {
      rounds.computeIfAbsent(variant, name -> new Rounds(List.of(name))).add(variant, figures);
      StringBuilder text = new StringBuilder("%-18s".formatted(variant));
      new TreeMap<>(figures)
          .forEach((figure, value) -> text.append("  %s %,.1f".formatted(figure, value)));
      talk.accept(text.toString());
    }

    private double median(String variant, String figure) {
      Rounds all = rounds.get(variant);
      return all == null ? Double.NaN : all.median(variant, figure);
    }

    /** One size: how long to begin, then transactions, Freshet's and REFRESH's in turns. */
    void transactions(List<String> schemas, String label, int rows)
        throws SQLException, InterruptedException {
      String schema = "rows_" + label;
      String view = "totals_" + label;
      boolean largest = rows == options.rows();
      try (Connection connection = bed.connect();
          Statement statement = connection.createStatement()) {
        long began = System.nanoTime();
        statement.execute(
            "CREATE TABLE %s.plain AS SELECT * FROM (%s) q".formatted(schema, join(schema)));
        double created = (System.nanoTime() - began) / 1e9;
        statement.execute(
            "CREATE MATERIALIZED VIEW %s.refreshed AS %s".formatted(schema, join(schema)));
        statement.execute(
            "CREATE UNIQUE INDEX ON %s.refreshed (organization_id, sector, day)".formatted(schema));
        try (ViewsBed.RunningViews views = bed.follow(schemas, Map.of(view, join(schema)))) {
          if (largest) {
            add("create_table_as", Map.of("rows_per_s", rows / created, "seconds", created));
            double seconds = views.startSeconds();
            add("backfill", Map.of("rows_per_s", rows / seconds, "seconds", seconds));
          }
          transaction(statement, views, schema, rows); // not counted: everything is cold
          refresh(statement, schema, rows);
          for (int round = 1; round <= options.rounds(); round++) {
            boolean freshetFirst = random.nextBoolean();
            if (freshetFirst) {
              add("freshet_" + label, transaction(statement, views, schema, rows));
            }
            add("refresh_" + label, refresh(statement, schema, rows));
            if (!freshetFirst) {
              add("freshet_" + label, transaction(statement, views, schema, rows));
            }
          }
          views.await(statement, change(statement, schema, rows));
          violations += views.differences();
          if (largest) {
            add("state", Map.of("bytes_per_row", views.stateBytes(statement) / (double) rows));
          }
        }
      }
    }

    /** Commits 100 changed rows; a view that stands at the returned place or later shows them. */
    private long change(Statement statement, String schema, int rows) throws SQLException {
      int first = 1 + random.nextInt(Math.max(1, rows - CHANGED));
      long before = ViewsBed.logEnd(statement);
      statement.executeUpdate(
          "UPDATE %s.readings SET kilograms = kilograms + 1 WHERE id BETWEEN %d AND %d"
              .formatted(schema, first, first + CHANGED - 1));
      return before + 1; // nobody else changes these tables
    }

    private Map<String, Double> transaction(
        Statement statement, ViewsBed.RunningViews views, String schema, int rows)
        throws SQLException, InterruptedException {
      long lsn = change(statement, schema, rows);
      long committed = System.nanoTime();
      views.await(statement, lsn);
      return Map.of("txn_ms", (System.nanoTime() - committed) / 1e6);
    }

    private Map<String, Double> refresh(Statement statement, String schema, int rows)
        throws SQLException {
      change(statement, schema, rows);
      long committed = System.nanoTime();
      statement.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY %s.refreshed".formatted(schema));
      return Map.of("txn_ms", (System.nanoTime() - committed) / 1e6);
    }

    /** The five shipped views: at a rate, then as fast as it goes. */
    void five(List<String> schemas, int rows) throws SQLException, InterruptedException {
      try (ViewsBed.RunningViews views = bed.follow(schemas, shipped());
          Connection connection = bed.connect();
          Statement statement = connection.createStatement()) {
        ViewLatency latency = new ViewLatency(bed, views, SMALL, rows, ROWS_PER_COMMIT);
        if (options.warmUp()) {
          JitCompiler.settle(MOST_WARM_UPS, () -> latency.run(options.rate(), options.seconds()));
        }
        add("five_views", latency.run(options.rate(), options.seconds()));
        for (int round = 1; round <= options.rounds(); round++) {
          add("five_views_sustained", drain(statement, views, rows));
        }
        violations += views.differences();
      }
    }

    private Map<String, Double> drain(Statement statement, ViewsBed.RunningViews views, int rows)
        throws SQLException, InterruptedException {
      long began = System.nanoTime();
      int changed = update(statement, rows);
      views.await(statement, change(statement, SMALL, rows));
      return Map.of("rows_per_s", changed / ((System.nanoTime() - began) / 1e9));
    }

    private static int update(Statement statement, int rows) throws SQLException {
      int changed = 0;
      for (int from = 1; from <= rows && changed < MOST_DRAINED; from += ROWS_PER_TRANSACTION) {
        changed +=
            statement.executeUpdate(
                "UPDATE %s.readings SET kilograms = kilograms + 1 WHERE id BETWEEN %d AND %d"
                    .formatted(SMALL, from, from + ROWS_PER_TRANSACTION - 1));
      }
      return changed;
    }

    /** One three-way join: Freshet's view and the same as KTables, in turns. */
    void sustained(List<String> schemas, int rows) throws SQLException, InterruptedException {
      Map<String, String> view = Map.of("joined", join(SMALL));
      try (Connection connection = bed.connect();
          Statement statement = connection.createStatement()) {
        // The KTables begin with the log, so every row has to be in it once.
        for (String table : List.of("organizations", "facilities", "readings")) {
          String column = table.equals("readings") ? "kilograms" : "name";
          statement.executeUpdate(
              "UPDATE %s.%s SET %s = %s".formatted(SMALL, table, column, column));
        }
        for (int round = 1; round <= options.rounds(); round++) {
          try (ViewsBed.RunningViews views = bed.follow(schemas, view)) {
            views.await(statement, change(statement, SMALL, rows));
            add("freshet_sustained", drain(statement, views, rows));
            if (round == options.rounds()) {
              violations += views.differences();
            }
          }
          try (KTablePeer peer = KTablePeer.start(bed, SMALL, round)) {
            peer.await(total(statement));
            long began = System.nanoTime();
            int changed = update(statement, rows);
            peer.await(total(statement));
            add("dsl", Map.of("rows_per_s", changed / ((System.nanoTime() - began) / 1e9)));
          }
        }
      }
    }

    private static long total(Statement statement) throws SQLException {
      return ViewsBed.number(
          statement, "SELECT (sum(kilograms) * 1000)::bigint FROM %s.readings".formatted(SMALL));
    }

    Result result(String label) {
      Map<String, Result.Figures> variants = new LinkedHashMap<>();
      rounds.forEach(
          (variant, all) ->
              variants.put(variant, new Result.Figures(all.medians(variant), Map.of())));
      Map<String, Double> ratios = new HashMap<>();
      ratios.put(
          "refresh_vs_freshet_" + label,
          median("refresh_" + label, "txn_ms") / median("freshet_" + label, "txn_ms"));
      ratios.put(
          "sustained_vs_dsl",
          median("freshet_sustained", "rows_per_s") / median("dsl", "rows_per_s"));
      ratios.put(
          "backfill_vs_ctas", median("backfill", "seconds") / median("create_table_as", "seconds"));
      return new Result(variants, new TreeMap<>(ratios), violations);
    }
  }
}

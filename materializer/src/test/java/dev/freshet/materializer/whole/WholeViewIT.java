package dev.freshet.materializer.whole;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedPostgres;
import dev.freshet.embedded.ServerSpec;
import dev.freshet.materializer.engine.Engine;
import dev.freshet.materializer.engine.ViewChange;
import dev.freshet.materializer.expression.ValueText;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.ViewPlan;
import dev.freshet.materializer.sql.ViewCompiler;
import dev.freshet.materializer.sql.ViewRefusedException;
import dev.freshet.materializer.state.HeapState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SQL views over random histories against the same SELECT in Postgres, as whole views, after every
 * transaction, in four session time zones: values, display scale, errors.
 *
 * <p>Replay: {@code -Dfuzz.seed=N}; longer: {@code -Dfuzz.seconds=N}.
 */
class WholeViewIT {

  private static final List<String> ZONES =
      List.of("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata");
  private static final int BATCHES = 8;

  @TempDir private static Path folder;
  private static EmbeddedPostgres server;

  @BeforeAll
  static void startPostgres() {
    server = new EmbeddedPostgres(ServerSpec.in(folder, "postgres").withoutDurability(), "app");
    server.start();
  }

  @AfterAll
  static void stopPostgres() {
    server.close();
  }

  /** One view followed by an engine. */
  private static final class Followed {
    private final ViewPlan plan;
    private final HeapState state = new HeapState();
    private final Map<String, String> rows = new HashMap<>();
    private Engine engine;

    Followed(ViewPlan plan) {
      this.plan = plan;
      this.engine = new Engine(plan, state);
    }

    void settle() {
      for (ViewChange change : engine.settle()) {
        String key = Arrays.toString(change.key());
        @Nullable Object[] row = change.row();
        if (row == null) {
          rows.remove(key);
        } else {
          rows.put(key, text(row));
        }
      }
    }

    private String text(@Nullable Object[] row) {
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < row.length; i++) {
        Column column = plan.columns().get(i);
        Object value = row[i];
        texts.add(value == null ? "∅" : ValueText.output(value, column.type().kind(), plan.zone()));
      }
      return String.join(" | ", texts);
    }
  }

  @Test
  void everyViewIsWhatPostgresSays() throws Exception {
    List<String> views = views();
    assertThat(views.size()).isGreaterThanOrEqualTo(28);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("fuzz.seconds", 5));
    long seed = Long.getLong("fuzz.seed", 1);
    long compared = 0;
    long failed = 0;
    List<String> different = new ArrayList<>();
    try (Connection connection =
        DriverManager.getConnection(
            server.address().jdbcUrl(), server.address().user(), server.address().password())) {
      do {
        for (String zone : ZONES) {
          long[] counts = run(connection, views, zone, seed, different);
          compared += counts[0];
          failed += counts[1];
        }
        seed++;
      } while (System.nanoTime() - deadline < 0 && Long.getLong("fuzz.seed") == null);
    }
    System.out.printf(
        "WholeViewIT: %d views, %d comparisons, of which %d of errors; %d different%n",
        views.size(), compared, failed, different.size());
    assertThat(different).isEmpty();
  }

  private static List<String> views() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(WholeViewIT.class.getResourceAsStream("views.sql"))) {
      String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Arrays.stream(all.split(";\n", -1)).filter(sql -> !sql.isBlank()).toList();
    }
  }

  private static long[] run(
      Connection connection, List<String> sqls, String zone, long seed, List<String> different)
      throws SQLException {
    Random random = new Random(seed);
    Orders orders = new Orders(connection, random);
    orders.create(zone);
    List<Followed> views = new ArrayList<>();
    ViewCompiler compiler = new ViewCompiler(new OrdersSchema(), ZoneId.of(zone));
    for (int i = 0; i < sqls.size(); i++) {
      try {
        views.add(new Followed(compiler.compile("v" + i, sqls.get(i))));
      } catch (ViewRefusedException e) {
        throw new AssertionError(sqls.get(i) + "\n" + e.getMessage(), e);
      }
    }
    long compared = 0;
    long failed = 0;
    for (int batch = 0; batch < BATCHES; batch++) {
      var changes = batch == BATCHES - 1 ? orders.empty() : orders.change(1 + random.nextInt(60));
      for (Followed view : views) {
        if (random.nextInt(4) == 0) {
          view.engine = new Engine(view.plan, view.state);
        }
        changes.forEach(view.engine::apply);
        view.settle();
        compared++;
        String where = "-Dfuzz.seed=%d zone %s batch %d: ".formatted(seed, zone, batch);
        String difference = compare(connection, view);
        if (difference.startsWith("error")) {
          failed++;
        } else if (!difference.isEmpty() && different.size() < 20) {
          different.add(where + view.plan.sql() + "\n" + difference);
        }
      }
    }
    return new long[] {compared, failed};
  }

  /** Empty when they are the same, {@code error} when both fail. */
  private static String compare(Connection connection, Followed view) throws SQLException {
    List<String> expected;
    try {
      expected = rows(connection, view.plan.sql());
    } catch (SQLException e) {
      return view.engine.errors() > 0 ? "error" : "Postgres fails: " + e.getMessage();
    }
    if (view.engine.errors() > 0) {
      return "only Freshet fails: " + view.engine.someErrors(2);
    }
    List<String> found = new ArrayList<>(view.rows.values());
    found.sort(null);
    if (found.equals(expected)) {
      return "";
    }
    List<String> missing = new ArrayList<>(expected);
    missing.removeAll(found);
    found.removeAll(expected);
    return "Postgres has " + missing + "\nFreshet has  " + found;
  }

  private static List<String> rows(Connection connection, String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      int width = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        List<String> texts = new ArrayList<>();
        for (int i = 1; i <= width; i++) {
          String text = rows.getString(i);
          texts.add(text == null ? "∅" : text);
        }
        found.add(String.join(" | ", texts));
      }
    }
    found.sort(null);
    return found;
  }
}

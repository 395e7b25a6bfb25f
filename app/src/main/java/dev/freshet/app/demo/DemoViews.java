package dev.freshet.app.demo;

import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Pipeline;
import dev.freshet.app.Role;
import dev.freshet.app.Roles;
import dev.freshet.app.Views;
import dev.freshet.materializer.Materializer;
import dev.freshet.materializer.check.Verification;
import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import dev.freshet.runtime.FreshetException;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The demo's views: kept, shown, and compared with their SQL in Postgres, one after the other, all
 * the time. They begin when the cache is shown to work, so that it need not wait for them.
 */
final class DemoViews implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long LOOK_EVERY_MILLIS = 1000;
  private static final long COMPARE_EVERY_NANOS = Duration.ofSeconds(3).toNanos();

  /** What a dashboard would ask these tables, each for one text. */
  private static final Map<String, String> HEADLINES =
      new TreeMap<>(
          Map.of(
              "emissions_daily",
              "SELECT format('today %s kg in %s readings', to_char(sum(kilograms),"
                  + " 'FM999G999G990D0'), to_char(sum(readings), 'FM999G999G990')) FROM"
                  + " emissions_daily WHERE day = (SELECT max(day) FROM emissions_daily)",
              "facility_emissions",
              "SELECT format('most: %s of %s, %s kg', name, organization,"
                  + " to_char(kilograms, 'FM999G999G990D0')) FROM facility_emissions"
                  + " ORDER BY kilograms DESC LIMIT 1",
              "target_progress",
              "SELECT format('furthest: organization %s, %s %% of its %s target', organization_id,"
                  + " percent, year) FROM target_progress ORDER BY percent DESC LIMIT 1",
              "status_counts",
              "SELECT string_agg(status || ' ' || to_char(readings, 'FM999G999G990'), ', '"
                  + " ORDER BY readings DESC) FROM status_counts",
              "data_quality",
              "SELECT format('%s %% of the readings are estimates', round(100.0 * sum(estimated) /"
                  + " nullif(sum(readings), 0), 2)) FROM data_quality"));

  /**
   * A view as it is now.
   *
   * @param behind between the newest commit it shows and when that was shown
   */
  record Line(String view, long rows, Duration behind, long errors, String headline) {}

  private final FreshetConfig config;
  private final MeterRegistry registry;
  private final Consumer<String> talk;
  private final Database database;
  private final Pipeline pipeline;
  private final Thread thread = new Thread(this::run, "demo-views");
  private final AtomicLong comparisons = new AtomicLong();
  private final AtomicLong mismatches = new AtomicLong();
  private final Set<String> live = new HashSet<>();
  private volatile List<View> views = List.of();
  private volatile List<Line> lines = List.of();
  private volatile @Nullable RuntimeException failure;

  /**
   * @param pipeline runs the other roles
   * @param talk takes what a person should know, a line at a time
   */
  DemoViews(
      FreshetConfig config, Pipeline pipeline, MeterRegistry registry, Consumer<String> talk) {
    this.config = config;
    this.pipeline = pipeline;
    this.registry = registry;
    this.talk = talk;
    this.database = new Database(config.postgres());
    thread.setDaemon(true);
  }

  /** Every role but the one that keeps views. */
  static List<Role> otherRoles() {
    return Roles.all().stream().filter(role -> !role.name().equals(Materializer.NAME)).toList();
  }

  /** Begins, unless it has begun. */
  void start() {
    if (thread.getState() == Thread.State.NEW) {
      thread.start();
    }
  }

  private void run() {
    try {
      pipeline.add(
          config, List.of(Roles.named(Materializer.NAME).orElseThrow()), registry, started -> {});
      views = Views.of(config);
      follow();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      failure = database.failed("the demo could not look at its views", e);
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void follow() throws InterruptedException, SQLException {
    Verification verification = verification();
    long compared = System.nanoTime();
    int next = 0;
    try (Connection connection = database.open()) {
      while (!Thread.currentThread().isInterrupted()) {
        look(connection);
        if (live.size() == views.size() && System.nanoTime() - compared > COMPARE_EVERY_NANOS) {
          compare(verification, views.get(next++ % views.size()));
          compared = System.nanoTime();
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
      }
    }
  }

  private Verification verification() {
    return new Verification(database, config.namespace(), PAUSE, PATIENCE);
  }

  private void look(Connection connection) throws SQLException {
    List<Line> now = new ArrayList<>();
    for (Registry.Known view : new Registry(config.namespace()).all(connection)) {
      if (!view.live()) {
        continue;
      }
      if (live.add(view.name()) && live.size() == views.size()) {
        talk.accept(
            "%d views follow; each is compared with its SQL in Postgres as the demo goes on"
                .formatted(live.size()));
      }
      now.add(
          new Line(
              view.name(),
              view.rows(),
              view.lag(),
              view.errors(),
              headline(connection, view.name())));
    }
    lines = List.copyOf(now);
  }

  private static String headline(Connection connection, String view) throws SQLException {
    String sql = HEADLINES.get(view);
    if (sql == null) {
      return "";
    }
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      String text = row.next() ? row.getString(1) : null;
      return text == null ? "" : text;
    }
  }

  private void compare(Verification verification, View view) throws SQLException {
    List<String> differences = verification.differences(view);
    if (Thread.currentThread().isInterrupted()) {
      return; // it was broken off before a difference could be called lasting
    }
    comparisons.incrementAndGet();
    mismatches.addAndGet(differences.size());
    differences.stream()
        .limit(3)
        .forEach(difference -> talk.accept("view %s: %s".formatted(view.name(), difference)));
  }

  /** With nothing changing any more: every view that is there equals its SQL. */
  void lastLook() throws InterruptedException, SQLException {
    stop();
    Verification verification = verification();
    for (View view : views) {
      if (live.contains(view.name())) {
        compare(verification, view);
      }
    }
    if (live.isEmpty()) {
      talk.accept("no view was ready yet, so none was compared; let it run longer");
    }
  }

  /** The views that show rows. */
  List<Line> lines() {
    return lines;
  }

  long comparisons() {
    return comparisons.get();
  }

  /** Rows that were different from the SQL and stayed so. */
  long mismatches() {
    return mismatches.get();
  }

  List<String> failures() {
    return Optional.ofNullable(failure)
        .map(e -> List.of(e instanceof FreshetException told ? told.text() : e.toString()))
        .orElse(List.of());
  }

  private void stop() throws InterruptedException {
    thread.interrupt();
    thread.join(Duration.ofSeconds(10).toMillis());
  }

  @Override
  public void close() {
    try {
      stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

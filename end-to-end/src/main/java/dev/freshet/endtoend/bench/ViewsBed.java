package dev.freshet.endtoend.bench;

import dev.freshet.app.ConfigFile;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.InvalidConfigException;
import dev.freshet.app.Pipeline;
import dev.freshet.app.Role;
import dev.freshet.app.Roles;
import dev.freshet.app.Views;
import dev.freshet.app.demo.DemoViewsSql;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.embedded.PostgresAddress;
import dev.freshet.materializer.check.Verification;
import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import dev.freshet.runtime.config.Environment;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The embedded stack with the demo's tables in one schema per number of readings, captured once for
 * all of them; views come and go.
 */
final class ViewsBed implements AutoCloseable {

  static final String NAMESPACE = "bench";

  private static final Duration LONGEST = Duration.ofMinutes(20);
  private static final Duration LOOK_EVERY = Duration.ofMillis(2);
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final EmbeddedStack stack;
  private final Pipeline capture = new Pipeline();

  private ViewsBed(EmbeddedStack stack) {
    this.stack = stack;
  }

  /** Starts the servers. */
  static ViewsBed start(Consumer<String> talk) {
    return new ViewsBed(
        EmbeddedStack.builder().postgresSetting("max_wal_size", "4GB").progress(talk).start());
  }

  /** A schema with the demo's tables and so many readings. */
  void createTables(String schema, int readings) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA " + schema);
      statement.execute("SET search_path = " + schema);
      statement.execute(DemoViewsSql.schema());
      statement.execute(
          "INSERT INTO organizations SELECT o, 'Organization ' || o, 'sector ' || o % 4 FROM generate_series(1, 100) o");
      statement.execute(
          "INSERT INTO facilities SELECT f, 1 + (f - 1) % 100, 'Facility ' || f FROM generate_series(1, 500) f");
      statement.execute(
          "INSERT INTO targets SELECT o, y, 100000 + o FROM generate_series(1, 100) o, generate_series(2025, 2027) y");
      insertReadings(statement, readings);
      statement.execute("ANALYZE");
    }
  }

  private static void insertReadings(Statement statement, int readings) throws SQLException {
    statement.execute(
        """
        INSERT INTO readings (organization_id, facility_id, metric, kilograms, recorded_at)
        SELECT 1 + (n %% 500) %% 100, 1 + n %% 500, 'scope' || 1 + n %% 3, (n %% 100000) / 10.0,
          timestamptz '2026-01-01 00:00+00' + (n %% 90) * interval '1 day'
        FROM generate_series(1, %d) n"""
            .formatted(readings));
  }

  /** Begins to capture these schemas. */
  void capture(List<String> schemas) {
    Role ingest = Roles.named("ingest").orElseThrow();
    capture.start(
        config(schemas, Map.of()), List.of(ingest), new SimpleMeterRegistry(), line -> {});
  }

  /** Starts these views and waits until they show rows. */
  RunningViews follow(List<String> schemas, Map<String, String> views)
      throws SQLException, InterruptedException {
    return new RunningViews(this, config(schemas, views));
  }

  private FreshetConfig config(List<String> schemas, Map<String, String> views) {
    StringBuilder yaml = new StringBuilder("namespace: " + NAMESPACE + "\n");
    yaml.append("postgres: ").append(stack.postgres().uri()).append('\n');
    yaml.append("kafka: ").append(stack.kafkaBootstrap()).append('\n');
    yaml.append("redis: ").append(stack.redisUri()).append('\n');
    yaml.append("materializer: { state-directory: ")
        .append(stack.dataFolder())
        .append("/views }\n");
    yaml.append("invalidate:\n");
    for (String schema : schemas) {
      for (String table : List.of("organizations", "facilities", "readings", "targets")) {
        yaml.append("  %s.%s: [ \"%s\" ]\n".formatted(schema, table, table));
      }
    }
    yaml.append("views:").append(views.isEmpty() ? " {}\n" : "\n");
    views.forEach(
        (name, sql) ->
            yaml.append("  ").append(name).append(": |\n").append(sql.indent(4)).append('\n'));
    return ConfigFile.parse(yaml.toString(), "bench.yaml", Environment.of(Map.of()))
        .fold(
            accepted -> accepted.value(),
            problems -> {
              throw new InvalidConfigException(problems);
            });
  }

  /** A connection of its own, in autocommit. */
  Connection connect() throws SQLException {
    PostgresAddress at = stack.postgres();
    return DriverManager.getConnection(at.jdbcUrl(), at.user(), at.password());
  }

  String kafka() {
    return stack.kafkaBootstrap();
  }

  String stateFolder() {
    return stack.dataFolder().toString();
  }

  /** Where the next entry of the log begins; what was committed before lies before it. */
  static long logEnd(Statement statement) throws SQLException {
    return number(statement, "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint");
  }

  static long number(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  public void close() {
    capture.close();
    stack.close();
  }

  /** Views that run. */
  static final class RunningViews implements AutoCloseable {

    private static final String SLOWEST =
        "SELECT min(lsn::pg_lsn - '0/0'::pg_lsn)::bigint FROM freshet.views WHERE namespace = '%s' AND name IN (%s)";

    private final ViewsBed bed;
    private final FreshetConfig config;
    private final String slowest;
    private final Pipeline pipeline = new Pipeline();
    private final double startSeconds;

    private RunningViews(ViewsBed bed, FreshetConfig config)
        throws SQLException, InterruptedException {
      this.bed = bed;
      this.config = config;
      String quoted =
          config.views().keySet().stream()
              .map(name -> "'" + name + "'")
              .collect(Collectors.joining(", "));
      this.slowest = SLOWEST.formatted(NAMESPACE, quoted);
      long began = System.nanoTime();
      try {
        pipeline.start(
            config,
            List.of(Roles.named("materializer").orElseThrow()),
            new SimpleMeterRegistry(),
            line -> {});
        awaitLive();
      } catch (RuntimeException | SQLException | InterruptedException e) {
        pipeline.close();
        throw e;
      }
      this.startSeconds = (System.nanoTime() - began) / 1e9;
    }

    /** From the start of the services until every view showed its rows. */
    double startSeconds() {
      return startSeconds;
    }

    private void awaitLive() throws SQLException, InterruptedException {
      Registry registry = new Registry(NAMESPACE);
      try (Connection connection = bed.connect()) {
        Registry.ensure(connection);
        await(
            () ->
                registry.all(connection).stream()
                        .filter(Registry.Known::live)
                        .filter(view -> config.views().containsKey(view.name()))
                        .count()
                    == config.views().size());
      }
    }

    /** Where the slowest view stands in the log. */
    long position(Statement statement) throws SQLException {
      return number(statement, slowest);
    }

    /** Bytes that the first of the views remembers. */
    long stateBytes(Statement statement) throws SQLException {
      return number(
          statement,
          "SELECT state_bytes FROM freshet.views WHERE namespace = '%s' AND name = '%s'"
              .formatted(NAMESPACE, config.views().keySet().iterator().next()));
    }

    /** Waits until every view shows what lies before this place in the log. */
    void await(Statement statement, long lsn) throws SQLException, InterruptedException {
      await(() -> position(statement) >= lsn);
    }

    private interface Condition {
      boolean holds() throws SQLException;
    }

    private void await(Condition condition) throws SQLException, InterruptedException {
      long deadline = System.nanoTime() + LONGEST.toNanos();
      while (!condition.holds()) {
        if (!pipeline.failures().isEmpty() || System.nanoTime() > deadline) {
          throw new IllegalStateException("the views do not follow: " + pipeline.failures());
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        LockSupport.parkNanos(LOOK_EVERY.toNanos());
      }
    }

    /** Rows in which a view and its SQL differ, with nothing changing any more. */
    long differences() throws SQLException {
      Verification verification =
          new Verification(new Database(config.postgres()), NAMESPACE, PAUSE, PATIENCE);
      long different = 0;
      for (View view : Views.of(config)) {
        different += verification.differences(view).size();
      }
      return different;
    }

    @Override
    public void close() {
      pipeline.close();
    }
  }
}

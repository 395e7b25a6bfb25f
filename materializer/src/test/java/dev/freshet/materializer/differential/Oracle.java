package dev.freshet.materializer.differential;

import dev.freshet.embedded.PostgresAddress;
import dev.freshet.materializer.expression.ValueText;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.Filter;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.plan.ViewPlan;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A Postgres with a table of samples, which answers what an expression is for each row. */
final class Oracle implements AutoCloseable {

  /** What a row gives: a text, or an error. */
  record Outcome(@Nullable String text, @Nullable String error) {}

  private static final int ROWS = 24;

  private final Connection connection;
  private final Map<Long, Map<String, @Nullable Object>> rows = new LinkedHashMap<>();

  Oracle(PostgresAddress address) throws SQLException {
    Properties properties = new Properties();
    properties.put("user", address.user());
    properties.put("password", address.password());
    properties.put("binaryTransfer", "false");
    properties.put("prepareThreshold", "0");
    this.connection = DriverManager.getConnection(address.jdbcUrl(), properties);
    execute("DROP TABLE IF EXISTS t; DROP TYPE IF EXISTS status");
    execute("CREATE TYPE status AS ENUM ('new', 'Paid', 'void')");
    execute(
        "CREATE TABLE t (id bigint PRIMARY KEY, "
            + Samples.COLUMNS.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", "))
            + ")");
    execute(
        """
        CREATE OR REPLACE FUNCTION each_row(expression text)
          RETURNS TABLE (row_id bigint, value text, error text) LANGUAGE plpgsql AS $$
        BEGIN
          FOR row_id IN SELECT id FROM t ORDER BY id LOOP
            BEGIN
              EXECUTE format('SELECT (%s)::text FROM t WHERE id = $1', expression)
                INTO value USING row_id;
              error := NULL;
            EXCEPTION WHEN OTHERS THEN
              value := NULL;
              error := SQLERRM;
            END;
            RETURN NEXT;
          END LOOP;
        END $$
        """);
  }

  Connection connection() {
    return connection;
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  void zone(ZoneId zone) throws SQLException {
    execute("SET timezone = '" + zone + "'");
  }

  /** Other samples. */
  void fill(RandomGenerator random) throws SQLException {
    execute("TRUNCATE t");
    List<String> types = new ArrayList<>(Samples.COLUMNS.values());
    String marks = types.stream().map(type -> "?::text::" + type).collect(Collectors.joining(", "));
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO t VALUES (?, " + marks + ")")) {
      for (int id = 0; id < ROWS; id++) {
        insert.setLong(1, id);
        for (int i = 0; i < types.size(); i++) {
          boolean present = random.nextInt(7) > 0;
          insert.setString(i + 2, present ? Samples.value(types.get(i), random) : null);
        }
        insert.addBatch();
      }
      insert.executeBatch();
    }
    read();
  }

  /** The rows as the engine has them, read independently of the code under test. */
  private void read() throws SQLException {
    rows.clear();
    String columns =
        Samples.COLUMNS.entrySet().stream()
            .map(e -> readable(e.getKey(), e.getValue()))
            .collect(Collectors.joining(", "));
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT id, " + columns + " FROM t ORDER BY id")) {
      while (result.next()) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("id", result.getLong(1));
        int place = 2;
        for (Map.Entry<String, String> column : Samples.COLUMNS.entrySet()) {
          row.put(
              column.getKey(), value(result.getString(place++), Samples.kind(column.getValue())));
        }
        rows.put(result.getLong(1), row);
      }
    }
  }

  private static String readable(String column, String type) {
    return switch (type) {
      case "date" ->
          "CASE WHEN isfinite(%1$s) THEN (%1$s - date '1970-01-01')::text ELSE %1$s::text END"
              .formatted(column);
      case "timestamp" -> "(extract(epoch FROM %s) * 1000000)::bigint::text".formatted(column);
      case "timestamptz" -> "(extract(epoch FROM %s) * 1000000)::bigint::text".formatted(column);
      default -> column + "::text";
    };
  }

  private static @Nullable Object value(@Nullable String text, PgType.Kind kind) {
    if (text == null) {
      return null;
    }
    return switch (kind) {
      case INT2, INT4, INT8, TIMESTAMP, TIMESTAMPTZ -> Long.valueOf(text);
      case DATE -> text.equals("infinity") ? (Long) Long.MAX_VALUE : Long.valueOf(text);
      case NUMERIC -> new BigDecimal(text);
      case FLOAT8 -> Double.valueOf(text);
      case FLOAT4 -> (double) Float.parseFloat(text);
      case BOOL -> Boolean.valueOf(text);
      case UUID -> UUID.fromString(text);
      default -> text;
    };
  }

  /** What Postgres says, row by row. */
  List<Outcome> ask(String expression) throws SQLException {
    List<Outcome> outcomes = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT (" + expression + ")::text FROM t ORDER BY id")) {
      while (result.next()) {
        outcomes.add(new Outcome(result.getString(1), null));
      }
      return outcomes;
    } catch (SQLException someRow) {
      outcomes.clear();
    }
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT value, error FROM each_row(?) ORDER BY row_id")) {
      statement.setString(1, expression);
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          outcomes.add(new Outcome(result.getString(1), result.getString(2)));
        }
      }
    }
    return outcomes;
  }

  /** What the compiled expression, the second column of a plan over {@code t}, gives row by row. */
  List<Outcome> compute(ViewPlan plan) {
    Project project = (Project) plan.root();
    Node input = project.input();
    if (input instanceof Filter) {
      throw new IllegalArgumentException("no filter expected");
    }
    List<Column> columns = ((Source) input).columns();
    Expression expression = project.expressions().get(1);
    List<Outcome> outcomes = new ArrayList<>();
    for (Map<String, @Nullable Object> row : rows.values()) {
      @Nullable Object[] values = new @Nullable Object[columns.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = row.get(columns.get(i).name());
      }
      outcomes.add(compute(expression, values, plan.zone()));
    }
    return outcomes;
  }

  private static Outcome compute(Expression expression, @Nullable Object[] row, ZoneId zone) {
    try {
      Object value = expression.eval(row);
      if (value == null) {
        return new Outcome(null, null);
      }
      PgType.Kind kind = expression.type().kind();
      if (!kind.valueClass().isInstance(value)) {
        throw new IllegalStateException(value.getClass() + " for " + expression.type());
      }
      String text =
          kind == PgType.Kind.BOOL ? value.toString() : ValueText.output(value, kind, zone);
      return new Outcome(text, null);
    } catch (EvaluationException e) {
      return new Outcome(null, e.getMessage());
    }
  }

  /** The row a mismatch is about, for the report. */
  String row(int index, String expression) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>(List.copyOf(rows.values()).get(index));
    row.keySet().removeIf(column -> !expression.matches(".*\\b" + column + "\\b.*"));
    return String.valueOf(row);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}

package dev.freshet.materializer.source;

import dev.freshet.events.TableName;
import dev.freshet.materializer.engine.SideKind;
import dev.freshet.materializer.expression.Input;
import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.AggregateCall;
import dev.freshet.materializer.plan.AggregateFunction;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Distinct;
import dev.freshet.materializer.plan.Filter;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.plan.UnionAll;
import dev.freshet.materializer.plan.ViewPlan;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How much a view will keep, from {@code pg_class} and {@code pg_stats}: rows times bytes of the
 * used columns. Filters are taken to keep every row, so it is rather too much; without ANALYZE it
 * is a guess. Not thread-safe.
 */
public final class StateEstimate {

  private static final String ROWS =
      """
      SELECT greatest(c.reltuples, 0)::bigint FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ?
      """;
  private static final String COLUMNS =
      "SELECT attname, avg_width, n_distinct FROM pg_stats WHERE schemaname = ? AND tablename = ?";

  private static final int ENTRY = 16; // bytes around a key and its value
  private static final int VALUE = 12; // bytes of a value nobody has statistics of
  private static final int ACCUMULATOR = 24;
  private static final int GROUPED = 10; // rows per group, when nothing is known

  /**
   * One store.
   *
   * @param rows entries in it
   */
  public record Part(String what, long rows, long bytes) {
    @Override
    public String toString() {
      return "%s: %,d entries, %,d bytes".formatted(what, rows, bytes);
    }
  }

  /** What is known of a column: bytes of a value, different values. */
  private record Statistic(int width, double distinct) {}

  /** What is known of a node's rows. */
  private record Size(long rows, List<Statistic> columns) {
    int width(List<Integer> places) {
      return places.stream().mapToInt(place -> columns.get(place).width).sum();
    }
  }

  private final Connection connection;
  private final List<Part> parts = new ArrayList<>();

  private StateEstimate(Connection connection) {
    this.connection = connection;
  }

  /**
   * The parts of the state that the view will keep.
   *
   * @throws SQLException when the database does not answer
   */
  public static List<Part> of(ViewPlan plan, Connection connection) throws SQLException {
    StateEstimate estimate = new StateEstimate(connection);
    estimate.size(plan.root());
    return estimate.parts;
  }

  private Size size(Node node) throws SQLException {
    if (node instanceof Source source) {
      return source(source);
    }
    if (node instanceof Filter filter) {
      return size(filter.input());
    }
    if (node instanceof Project project) {
      Size input = size(project.input());
      List<Statistic> columns =
          project.expressions().stream()
              .map(
                  e ->
                      e instanceof Input column
                          ? input.columns.get(column.index())
                          : new Statistic(VALUE, Math.max(1, input.rows / (double) GROUPED)))
              .toList();
      return new Size(input.rows, columns);
    }
    if (node instanceof Join join) {
      return join(join);
    }
    if (node instanceof Aggregate aggregate) {
      return aggregate(aggregate);
    }
    if (node instanceof Distinct distinct) {
      Size input = size(distinct.input());
      add("distinct rows", input.rows, ENTRY + width(input));
      return input;
    }
    UnionAll union = (UnionAll) node;
    long rows = 0;
    Size last = new Size(0, List.of());
    for (Node input : union.inputs()) {
      last = size(input);
      rows += last.rows;
    }
    return new Size(rows, last.columns);
  }

  private void add(String what, long rows, int bytesEach) {
    parts.add(new Part(what, rows, rows * bytesEach));
  }

  private static int width(Size size) {
    return size.columns.stream().mapToInt(Statistic::width).sum();
  }

  private Size source(Source source) throws SQLException {
    TableName table = source.table();
    long rows = 0;
    try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
      statement.setString(1, table.schema());
      statement.setString(2, table.table());
      try (ResultSet result = statement.executeQuery()) {
        rows = result.next() ? result.getLong(1) : 0;
      }
    }
    Map<String, Statistic> known = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setString(1, table.schema());
      statement.setString(2, table.table());
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          double distinct = result.getDouble(3);
          // Negative: a fraction of the rows.
          known.put(
              result.getString(1),
              new Statistic(result.getInt(2), distinct < 0 ? -distinct * rows : distinct));
        }
      }
    }
    long count = rows;
    List<Statistic> columns =
        source.columns().stream()
            .map(column -> known.getOrDefault(column.name(), unknown(column, count)))
            .toList();
    Size size = new Size(rows, columns);
    add("rows of " + table, rows, ENTRY + width(size));
    return size;
  }

  private static Statistic unknown(Column column, long rows) {
    int width = column.type().kind() == PgType.Kind.BOOL ? 1 : VALUE;
    return new Statistic(width, Math.max(1, rows));
  }

  private void side(String what, SideKind kind, Size size, List<Integer> keys) {
    switch (kind) {
      case KEYED -> {}
      case INDEXED -> add(what + ", keys", size.rows, ENTRY + size.width(keys) + VALUE);
      case STORED -> add(what, size.rows, ENTRY + size.width(keys) + width(size));
    }
  }

  private Size join(Join join) throws SQLException {
    Size left = size(join.left());
    Size right = size(join.right());
    side("left side of a join", SideKind.left(join), left, join.leftKeys());
    side("right side of a join", SideKind.right(join), right, join.rightKeys());
    List<Statistic> columns = new ArrayList<>(left.columns);
    columns.addAll(right.columns);
    return new Size(Math.max(left.rows, right.rows), columns);
  }

  private Size aggregate(Aggregate aggregate) throws SQLException {
    Size input = size(aggregate.input());
    double groups = 1;
    for (int key : aggregate.groupKeys()) {
      groups *= Math.max(1, input.columns.get(key).distinct);
    }
    long rows = Math.max(1, Math.min((long) groups, Math.max(1, input.rows)));
    int key = input.width(aggregate.groupKeys());
    add("groups", rows, ENTRY + key + ACCUMULATOR * aggregate.calls().size());
    List<Statistic> columns = new ArrayList<>();
    aggregate.groupKeys().forEach(place -> columns.add(input.columns.get(place)));
    for (AggregateCall call : aggregate.calls()) {
      boolean keepsValues =
          call.distinct()
              || call.function() == AggregateFunction.MIN
              || call.function() == AggregateFunction.MAX;
      if (keepsValues) {
        int value = input.columns.get(call.argument()).width;
        add("values for " + call, input.rows, ENTRY + key + value);
      }
      columns.add(new Statistic(VALUE, rows));
    }
    return new Size(rows, columns);
  }
}

package dev.freshet.materializer.source;

import dev.freshet.events.TableName;
import dev.freshet.materializer.plan.ViewPlan;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a view is made of and what it will cost, for a person to read.
 *
 * @param problems what has to change in the database before the view can be kept, each with the
 *     statement to run; empty when nothing
 * @param state the parts of the state and their sizes, estimated from the planner's statistics
 */
public record ViewExplanation(
    ViewPlan plan, List<String> problems, List<StateEstimate.Part> state) {

  private static final String IDENTITY =
      """
      SELECT c.relreplident FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ?
      """;

  public ViewExplanation {
    problems = List.copyOf(problems);
    state = List.copyOf(state);
  }

  /**
   * Asks the database about the tables of the view.
   *
   * @throws SQLException when the database does not answer
   */
  public static ViewExplanation of(ViewPlan plan, Connection connection) throws SQLException {
    List<String> problems = new ArrayList<>();
    for (TableName table : plan.tables()) {
      String identity = identity(table, connection);
      // The rows before are the view's own: it needs nothing of the log but the primary key.
      if (identity.equals("n") || identity.equals("i")) {
        problems.add(
            "%s has REPLICA IDENTITY %s: the log does not carry the primary key of deleted rows; run ALTER TABLE %s REPLICA IDENTITY DEFAULT"
                .formatted(
                    table, identity.equals("n") ? "NOTHING" : "USING INDEX", table.quoted()));
      }
    }
    return new ViewExplanation(plan, problems, StateEstimate.of(plan, connection));
  }

  private static String identity(TableName table, Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(IDENTITY)) {
      statement.setString(1, table.schema());
      statement.setString(2, table.table());
      try (ResultSet result = statement.executeQuery()) {
        return result.next() ? result.getString(1) : "d";
      }
    }
  }

  /** Plan, columns, key, id, state and problems, as lines. */
  public String text() {
    StringBuilder text = new StringBuilder(plan.toString());
    text.append("columns  ").append(plan.columns()).append('\n');
    text.append("key      ")
        .append(
            plan.key().isEmpty()
                ? "none: the view has one row"
                : plan.key().stream().map(i -> plan.columns().get(i).name()).toList())
        .append('\n');
    text.append("zone     ").append(plan.zone()).append('\n');
    text.append("id       ").append(plan.id()).append('\n');
    long bytes = state.stream().mapToLong(StateEstimate.Part::bytes).sum();
    text.append(
        "state    about %,d bytes, estimated from the statistics of ANALYZE\n".formatted(bytes));
    state.forEach(part -> text.append("         ").append(part).append('\n'));
    problems.forEach(problem -> text.append("problem  ").append(problem).append('\n'));
    return text.toString();
  }
}

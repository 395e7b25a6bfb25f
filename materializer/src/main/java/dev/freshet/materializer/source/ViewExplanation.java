package dev.freshet.materializer.source;

import static java.util.stream.Collectors.joining;

import dev.freshet.events.TableName;
import dev.freshet.materializer.plan.Column;
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
            "%s has REPLICA IDENTITY %s: the log does not carry the primary key of deleted rows; run ALTER TABLE %s REPLICA IDENTITY DEFAULT;"
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

  /** Names of the columns that tell the view's rows apart; empty when it has one row. */
  public List<String> key() {
    return plan.key().stream().map(i -> plan.columns().get(i).name()).toList();
  }

  /** Columns, key, tables and problems, as lines. */
  public String summary() {
    StringBuilder text = new StringBuilder();
    String label = "columns";
    for (Column column : plan.columns()) {
      line(text, label, column.toString());
      label = "";
    }
    line(text, "key", key().isEmpty() ? "none: the view has one row" : String.join(", ", key()));
    line(text, "reads", plan.tables().stream().map(TableName::toString).collect(joining(", ")));
    label = "needs";
    for (String problem : problems) {
      line(text, label, problem);
      label = "";
    }
    if (problems.isEmpty()) {
      line(text, label, "nothing more: the log of these tables carries their primary keys");
    }
    return text.toString();
  }

  /** Everything, as lines. */
  public String text() {
    StringBuilder text = new StringBuilder(summary());
    line(text, "zone", plan.zone() + "; text is ordered by code point (collation C)");
    line(text, "id", plan.id());
    long bytes = state.stream().mapToLong(StateEstimate.Part::bytes).sum();
    boolean known = state.stream().anyMatch(part -> part.rows() > 1);
    line(text, "state", "about " + size(bytes) + (known ? ", from the statistics of ANALYZE" : ""));
    if (!known) {
      line(text, "", "the tables are empty, or were never analysed: run ANALYZE");
    }
    for (StateEstimate.Part part : state) {
      line(text, "", "%,14d  %10s  %s".formatted(part.rows(), size(part.bytes()), part.what()));
    }
    text.append("plan\n");
    plan.toString().lines().forEach(node -> text.append("  ").append(node).append('\n'));
    return text.toString();
  }

  private static void line(StringBuilder text, String label, String value) {
    text.append("%-9s%s%n".formatted(label, value));
  }

  /** Bytes with a unit of 1000, one digit after the point. */
  public static String size(long bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB"};
    int unit = 0;
    double amount = bytes;
    while (amount >= 1000 && unit < units.length - 1) {
      amount /= 1000;
      unit++;
    }
    return (unit == 0 ? "%.0f %s" : "%.1f %s").formatted(amount, units[unit]);
  }
}

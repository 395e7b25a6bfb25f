package dev.freshet.materializer.source;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.ViewPlan;
import dev.freshet.materializer.sql.parse.JdbcText;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Whether Postgres understands a view's SQL as the compiler does: same columns, same types. */
public final class SourceCheck {

  private SourceCheck() {}

  /**
   * The differences, each a sentence; empty when both agree. Postgres only prepares the statement.
   *
   * @param connection whose session time zone is the view's
   */
  public static List<String> differences(ViewPlan plan, Connection connection) {
    String select = plan.sql();
    List<String> differences = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(JdbcText.of(select))) {
      ResultSetMetaData result = statement.getMetaData();
      List<Column> columns = plan.columns();
      if (result.getColumnCount() != columns.size()) {
        differences.add(
            "Postgres gives %d columns, the view has %d"
                .formatted(result.getColumnCount(), columns.size()));
        return differences;
      }
      for (int i = 0; i < columns.size(); i++) {
        compare(columns.get(i), result, i + 1, differences);
      }
    } catch (SQLException e) {
      differences.add("Postgres refuses the SELECT: " + e.getMessage());
    }
    return differences;
  }

  private static void compare(
      Column column, ResultSetMetaData result, int place, List<String> differences)
      throws SQLException {
    String name = result.getColumnLabel(place);
    if (!name.equals(column.name())) {
      differences.add(
          "column %d is called \"%s\" in Postgres, \"%s\" in the view"
              .formatted(place, name, column.name()));
    }
    String theirs = result.getColumnTypeName(place);
    PgType ours = column.type();
    boolean same =
        ours.kind() == PgType.Kind.ENUM
            ? ours.name().replace("\"", "").endsWith(theirs.replaceAll(".*\\.|\"", ""))
            : TypeNames.of(ours).equals(theirs);
    if (!same) {
      differences.add(
          "column \"%s\" is %s in Postgres, %s in the view".formatted(column.name(), theirs, ours));
    } else if (ours.kind() == PgType.Kind.NUMERIC && ours.precision() != PgType.NONE) {
      if (result.getPrecision(place) != ours.precision()
          || result.getScale(place) != ours.scale()) {
        differences.add(
            "column \"%s\" is numeric(%d,%d) in Postgres, %s in the view"
                .formatted(
                    column.name(), result.getPrecision(place), result.getScale(place), ours));
      }
    }
  }
}

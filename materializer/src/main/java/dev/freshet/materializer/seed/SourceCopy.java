package dev.freshet.materializer.seed;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Source;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** The columns of a table that a view uses, read by {@code COPY … TO STDOUT}. */
final class SourceCopy {

  private SourceCopy() {}

  /**
   * Lets the open transaction write times in this zone, and everything as {@link CopyText} reads.
   */
  static void settings(Connection connection, String zone) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL TimeZone = '" + zone.replace("'", "''") + "'");
      statement.execute("SET LOCAL DateStyle = 'ISO'");
      statement.execute("SET LOCAL IntervalStyle = 'postgres'");
      statement.execute("SET LOCAL extra_float_digits = 1");
    }
  }

  /** Gives every row of a source as the values a plan computes with. */
  static void read(Connection connection, Source source, Consumer<@Nullable Object[]> taker)
      throws SQLException {
    String names =
        source.columns().stream()
            .map(column -> '"' + column.name().replace("\"", "\"\"") + '"')
            .collect(Collectors.joining(", "));
    CopyText text = new CopyText(source.columns());
    copy(
        connection,
        "SELECT %s FROM %s".formatted(names, source.table().quoted()),
        line -> taker.accept(text.row(line)));
  }

  /** Gives every row of a query with these columns as Postgres's texts. */
  static void texts(
      Connection connection, String query, List<Column> columns, Consumer<@Nullable String[]> taker)
      throws SQLException {
    CopyText text = new CopyText(columns);
    copy(connection, query, line -> taker.accept(text.texts(line)));
  }

  private static void copy(Connection connection, String query, Consumer<byte[]> taker)
      throws SQLException {
    CopyOut copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut("COPY (%s) TO STDOUT".formatted(query));
    try {
      for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
        taker.accept(line);
      }
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  /**
   * How many rows the sources have together, as the statistics say; counted where there are none.
   */
  static long expected(Connection connection, List<Source> sources) throws SQLException {
    long all = 0;
    for (Source source : sources) {
      String table = source.table().quoted();
      long rows =
          number(
              connection,
              "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass('%s')"
                  .formatted(table.replace("'", "''")));
      all += rows >= 0 ? rows : number(connection, "SELECT count(*) FROM " + table);
    }
    return all;
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getLong(1) : -1;
    }
  }
}

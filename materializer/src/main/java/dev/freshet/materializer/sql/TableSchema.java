package dev.freshet.materializer.sql;

import dev.freshet.events.TableName;
import dev.freshet.materializer.plan.PgType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table as the compiler sees it.
 *
 * @param key names of the primary key's columns, in its order; empty without one
 */
public record TableSchema(TableName name, List<TableColumn> columns, List<String> key) {

  public TableSchema {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
  }

  /**
   * A column of a table.
   *
   * @param type {@code null} when a view cannot use it
   * @param typeName as Postgres writes the type
   * @param codePointOrder whether its text is ordered by code point; true for what is no text
   */
  public record TableColumn(
      String name,
      @Nullable PgType type,
      String typeName,
      boolean nullable,
      boolean codePointOrder) {

    /** A column of a type the view knows, ordered by code point. */
    public static TableColumn of(String name, PgType type, boolean nullable) {
      return new TableColumn(name, type, type.toString(), nullable, true);
    }
  }
}

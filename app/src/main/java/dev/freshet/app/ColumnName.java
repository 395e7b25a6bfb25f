package dev.freshet.app;

import dev.freshet.events.TableName;

/** A column of a table, written {@code schema.table.column}. */
public record ColumnName(TableName table, String column) {

  /** What a config file may say. */
  static final String PATTERN = "^[^.]+\\..+\\.[^.]+$";

  /**
   * Reads {@code schema.table.column}; the first and the last dot separate.
   *
   * @throws IllegalArgumentException when there are not three parts
   */
  public static ColumnName parse(String text) {
    int last = text.lastIndexOf('.');
    if (last < 0 || last == text.length() - 1 || text.indexOf('.') == last) {
      throw new IllegalArgumentException(
          "a column is written schema.table.column, as in public.users.email; found \"%s\""
              .formatted(text));
    }
    return new ColumnName(TableName.parse(text.substring(0, last)), text.substring(last + 1));
  }

  @Override
  public String toString() {
    return table + "." + column;
  }
}

package dev.freshet.events;

/** The schema-qualified name of a Postgres table, written {@code schema.table}. */
public record TableName(String schema, String table) implements Comparable<TableName> {

  public TableName {
    if (schema.isEmpty() || table.isEmpty()) {
      throw new IllegalArgumentException(
          "a table is written schema.table, as in public.products; found \"%s.%s\""
              .formatted(schema, table));
    }
  }

  /**
   * Reads {@code schema.table}; the first dot separates.
   *
   * @throws IllegalArgumentException when there is no dot, or nothing on one side of it
   */
  public static TableName parse(String text) {
    int dot = text.indexOf('.');
    if (dot < 0) {
      throw new IllegalArgumentException(
          "a table is written schema.table, as in public.products; found \"%s\"".formatted(text));
    }
    return new TableName(text.substring(0, dot), text.substring(dot + 1));
  }

  /** The name as SQL text, each part quoted, safe to put into a statement. */
  public String quoted() {
    return quote(schema) + "." + quote(table);
  }

  private static String quote(String part) {
    return '"' + part.replace("\"", "\"\"") + '"';
  }

  @Override
  public int compareTo(TableName other) {
    int bySchema = schema.compareTo(other.schema);
    return bySchema != 0 ? bySchema : table.compareTo(other.table);
  }

  @Override
  public String toString() {
    return schema + "." + table;
  }
}

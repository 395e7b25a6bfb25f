package dev.freshet.events;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One image of a row: column names and their values as text, in the order of the table.
 *
 * <p>A value is the text the change event carried: numbers and booleans as written, strings without
 * quotes, arrays and objects as compact JSON. {@code null} is SQL NULL. Values that Postgres left
 * out of the log because they did not change (TOAST) are {@link #UNAVAILABLE}.
 */
public record Row(List<String> columns, List<@Nullable String> values) {

  /** What Debezium writes where an unchanged out-of-line value is not in the log. */
  public static final String UNAVAILABLE = "__debezium_unavailable_value";

  /** The same marker as Debezium writes it for {@code bytea}, in base64. */
  private static final String UNAVAILABLE_BYTES = "X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==";

  /** The same marker as Debezium writes it for an array of texts. */
  private static final String UNAVAILABLE_ARRAY = "[\"" + UNAVAILABLE + "\"]";

  /** Whether this value only says that the log left the real one out. */
  public static boolean isUnavailable(@Nullable String value) {
    return UNAVAILABLE.equals(value)
        || UNAVAILABLE_BYTES.equals(value)
        || UNAVAILABLE_ARRAY.equals(value);
  }

  /** Whether the image names this column, be its value NULL or not. */
  public boolean has(String column) {
    return columns.contains(column);
  }

  /** The column's text; {@code null} for SQL NULL and for a column the image does not name. */
  public @Nullable String text(String column) {
    int i = columns.indexOf(column);
    return i < 0 ? null : values.get(i);
  }
}

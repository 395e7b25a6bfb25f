package dev.freshet.events;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A name with columns in it, such as {@code org:{organization_id}}, parsed once.
 *
 * <p>A doubled brace stands for itself. Immutable.
 */
public final class TagTemplate {

  /** Longest name a template may make, in characters; a longer one counts as unknown. */
  public static final int MAX_LENGTH = 512;

  /** What a template says of one row. */
  public sealed interface Rendered {
    /** The row has this name. */
    record Name(String text) implements Rendered {}

    /** A column is NULL: the row has no such name. */
    record None() implements Rendered {}

    /** The row image does not tell the column: any name is possible. */
    record Unknown() implements Rendered {}
  }

  private static final Rendered NONE = new Rendered.None();
  private static final Rendered UNKNOWN = new Rendered.Unknown();

  private final String text;

  /** Literal, column, literal, …, literal: always one literal more than columns. */
  private final List<String> literals;

  private final List<String> columns;

  private TagTemplate(String text, List<String> literals, List<String> columns) {
    this.text = text;
    this.literals = List.copyOf(literals);
    this.columns = List.copyOf(columns);
  }

  /**
   * Parses a template.
   *
   * @throws IllegalArgumentException when a brace is open, a column has no name, or nothing is
   *     there
   */
  public static TagTemplate parse(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("a name has at least one character, as in org:{id}");
    }
    List<String> literals = new ArrayList<>();
    List<String> columns = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean doubled = i + 1 < text.length() && text.charAt(i + 1) == c;
      if ((c == '{' || c == '}') && doubled) {
        literal.append(c);
        i++;
      } else if (c == '}') {
        throw new IllegalArgumentException(
            "\"%s\" closes a brace at character %d that is not open".formatted(text, i + 1));
      } else if (c == '{') {
        int end = text.indexOf('}', i);
        if (end < 0) {
          throw new IllegalArgumentException(
              "\"%s\" opens a brace at character %d and does not close it".formatted(text, i + 1));
        }
        String column = text.substring(i + 1, end).strip();
        if (column.isEmpty()) {
          throw new IllegalArgumentException(
              "\"%s\" names no column between the braces at character %d".formatted(text, i + 1));
        }
        literals.add(literal.toString());
        columns.add(column);
        literal.setLength(0);
        i = end;
      } else {
        literal.append(c);
      }
    }
    literals.add(literal.toString());
    return new TagTemplate(text, literals, columns);
  }

  /** The columns it names, in order of appearance. */
  public Set<String> columns() {
    return new LinkedHashSet<>(columns);
  }

  /** Whether it names no column: the same name for every row, and for TRUNCATE. */
  public boolean isConstant() {
    return columns.isEmpty();
  }

  /**
   * The name for one image of a row.
   *
   * @param row the image
   * @param older where to look for a value that the log left out because it did not change
   */
  public Rendered render(Row row, @Nullable Row older) {
    if (columns.isEmpty()) {
      return new Rendered.Name(literals.get(0));
    }
    StringBuilder name = new StringBuilder(text.length() + 16).append(literals.get(0));
    for (int i = 0; i < columns.size(); i++) {
      String column = columns.get(i);
      if (!row.has(column)) {
        return UNKNOWN;
      }
      String value = row.text(column);
      if (Row.isUnavailable(value)) {
        value = older != null && older.has(column) ? older.text(column) : value;
        if (Row.isUnavailable(value)) {
          return UNKNOWN;
        }
      }
      if (value == null) {
        return NONE;
      }
      name.append(value).append(literals.get(i + 1));
    }
    return name.length() > MAX_LENGTH ? UNKNOWN : new Rendered.Name(name.toString());
  }

  /** As written in the config. */
  @Override
  public String toString() {
    return text;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TagTemplate template && template.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }
}

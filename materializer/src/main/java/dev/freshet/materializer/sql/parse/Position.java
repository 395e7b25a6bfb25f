package dev.freshet.materializer.sql.parse;

/** A place in the SQL text; line and column count from 1, columns in UTF-16 units. */
public record Position(int line, int column) implements Comparable<Position> {

  @Override
  public int compareTo(Position other) {
    return line != other.line
        ? Integer.compare(line, other.line)
        : Integer.compare(column, other.column);
  }
}

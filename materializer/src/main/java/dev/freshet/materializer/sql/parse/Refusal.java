package dev.freshet.materializer.sql.parse;

/**
 * One reason why a view cannot be kept, and what to write instead.
 *
 * @param message what is refused, and after a colon the suggestion
 */
public record Refusal(Position at, String message) {

  /** {@code line 2, column 3: …}. */
  @Override
  public String toString() {
    return "line %d, column %d: %s".formatted(at.line(), at.column(), message);
  }
}

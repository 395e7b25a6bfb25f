package dev.freshet.materializer.sql.parse;

/** The text is no SELECT from this place on: reading cannot go on. */
final class SyntaxException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient Position at;

  SyntaxException(Position at, String message) {
    super(message, null, false, false);
    this.at = at;
  }

  Position at() {
    return at;
  }
}

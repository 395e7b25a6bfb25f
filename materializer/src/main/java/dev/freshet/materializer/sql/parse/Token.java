package dev.freshet.materializer.sql.parse;

/**
 * A word of the SQL text.
 *
 * @param text names in lower case unless quoted, literals without their quotes
 */
record Token(Kind kind, String text, Position at) {

  enum Kind {
    /** A name or keyword without quotes. */
    WORD,
    /** A name in double quotes: never a keyword. */
    QUOTED,
    STRING,
    NUMBER,
    OPERATOR,
    /** One of {@code ( ) [ ] , ; . ::}. */
    PUNCTUATION,
    END
  }

  boolean is(String keyword) {
    return kind == Kind.WORD && text.equals(keyword);
  }

  boolean isSymbol(String symbol) {
    return (kind == Kind.OPERATOR || kind == Kind.PUNCTUATION) && text.equals(symbol);
  }

  boolean isName() {
    return kind == Kind.QUOTED || (kind == Kind.WORD && !Keywords.isReserved(text));
  }

  /** As an error shows it. */
  String shown() {
    return kind == Kind.END ? "the end of the text" : "\"" + text + "\"";
  }
}

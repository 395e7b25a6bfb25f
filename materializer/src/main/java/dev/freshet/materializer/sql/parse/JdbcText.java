package dev.freshet.materializer.sql.parse;

/** SQL as JDBC's prepared statements read it: a question mark that is an operator is doubled. */
public final class JdbcText {

  private JdbcText() {}

  /** The text for a prepared statement without parameters. */
  public static String of(String sql) {
    StringBuilder text = new StringBuilder(sql);
    int added = 0;
    for (Token token : Lexer.tokens(sql)) {
      if (token.kind() == Token.Kind.OPERATOR && token.text().indexOf('?') >= 0) {
        int at = SelectParser.offset(sql, token.at()) + added + token.text().indexOf('?');
        text.insert(at, '?');
        added++;
      }
    }
    return text.toString();
  }
}

package dev.freshet.materializer.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** SQL text to tokens, by Postgres's lexical rules. */
final class Lexer {

  private static final String OPERATOR = "+-*/<>=~!@#%^&|`?";

  /** An operator may end in + or - only with one of these in it. */
  private static final String LETS_END_IN_SIGN = "~!@#%^&|`?";

  private final String sql;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int lineStart;

  private Lexer(String sql) {
    this.sql = sql;
  }

  /**
   * @throws SyntaxException for what is no token, as a text without end
   */
  static List<Token> tokens(String sql) {
    Lexer lexer = new Lexer(sql);
    while (lexer.skipBlank()) {
      lexer.next();
    }
    lexer.add(Token.Kind.END, "", lexer.position());
    return lexer.tokens;
  }

  private Position position() {
    return new Position(line, at - lineStart + 1);
  }

  private char peek(int ahead) {
    return at + ahead < sql.length() ? sql.charAt(at + ahead) : 0;
  }

  private void add(Token.Kind kind, String text, Position start) {
    tokens.add(new Token(kind, text, start));
  }

  private void advanceTo(int end) {
    for (; at < end; at++) {
      if (sql.charAt(at) == '\n') {
        line++;
        lineStart = at + 1;
      }
    }
  }

  /** Past blanks and comments; whether something is left. */
  private boolean skipBlank() {
    while (at < sql.length()) {
      if (Character.isWhitespace(peek(0))) {
        advanceTo(at + 1);
      } else if (peek(0) == '-' && peek(1) == '-') {
        int end = sql.indexOf('\n', at);
        advanceTo(end < 0 ? sql.length() : end);
      } else if (peek(0) == '/' && peek(1) == '*') {
        skipComment();
      } else {
        return true;
      }
    }
    return false;
  }

  private void skipComment() {
    Position start = position();
    int depth = 0;
    do {
      if (at >= sql.length()) {
        throw new SyntaxException(start, "this comment has no end");
      }
      boolean open = peek(0) == '/' && peek(1) == '*';
      boolean close = peek(0) == '*' && peek(1) == '/';
      depth += open ? 1 : close ? -1 : 0;
      advanceTo(at + (open || close ? 2 : 1));
    } while (depth > 0);
  }

  private void next() {
    char c = peek(0);
    Position start = position();
    if (c == '\'') {
      string(start, false);
    } else if ((c == 'e' || c == 'E') && peek(1) == '\'') {
      advanceTo(at + 1);
      string(start, true);
    } else if (c == '"') {
      quotedName(start);
    } else if (c == '$') {
      dollarString(start);
    } else if (isDigit(c) || (c == '.' && isDigit(peek(1)))) {
      number(start);
    } else if (Character.isLetter(c) || c == '_') {
      word(start);
    } else if (c == ':' && peek(1) == ':') {
      advanceTo(at + 2);
      add(Token.Kind.PUNCTUATION, "::", start);
    } else if ("()[],;.:".indexOf(c) >= 0) {
      advanceTo(at + 1);
      add(Token.Kind.PUNCTUATION, String.valueOf(c), start);
    } else if (OPERATOR.indexOf(c) >= 0) {
      operator(start);
    } else {
      throw new SyntaxException(start, "syntax error at \"" + c + "\"");
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private void word(Position start) {
    int end = at;
    while (end < sql.length()
        && (Character.isLetterOrDigit(sql.charAt(end))
            || sql.charAt(end) == '_'
            || sql.charAt(end) == '$')) {
      end++;
    }
    String word = sql.substring(at, end).toLowerCase(Locale.ROOT);
    advanceTo(end);
    add(Token.Kind.WORD, word, start);
  }

  private void number(Position start) {
    int end = at;
    while (end < sql.length() && isDigit(sql.charAt(end))) {
      end++;
    }
    if (end < sql.length() && sql.charAt(end) == '.') {
      end++;
      while (end < sql.length() && isDigit(sql.charAt(end))) {
        end++;
      }
    }
    if (end < sql.length() && (sql.charAt(end) == 'e' || sql.charAt(end) == 'E')) {
      int digits = end + 1;
      if (digits < sql.length() && "+-".indexOf(sql.charAt(digits)) >= 0) {
        digits++;
      }
      int first = digits;
      while (digits < sql.length() && isDigit(sql.charAt(digits))) {
        digits++;
      }
      end = digits > first ? digits : end;
    }
    String number = sql.substring(at, end);
    advanceTo(end);
    if (Character.isLetter(peek(0)) || peek(0) == '_') {
      throw new SyntaxException(start, "trailing junk after the number " + number);
    }
    add(Token.Kind.NUMBER, number, start);
  }

  private void operator(Position start) {
    int end = at;
    while (end < sql.length() && OPERATOR.indexOf(sql.charAt(end)) >= 0) {
      boolean comment = sql.startsWith("--", end) || sql.startsWith("/*", end);
      if (comment) {
        break;
      }
      end++;
    }
    String text = sql.substring(at, end);
    boolean signAllowed = text.chars().anyMatch(c -> LETS_END_IN_SIGN.indexOf(c) >= 0);
    while (text.length() > 1 && !signAllowed && (text.endsWith("+") || text.endsWith("-"))) {
      text = text.substring(0, text.length() - 1);
    }
    advanceTo(at + text.length());
    add(Token.Kind.OPERATOR, text.equals("!=") ? "<>" : text, start);
  }

  private void quotedName(Position start) {
    StringBuilder name = new StringBuilder();
    int end = quoted('"', start, name, false);
    advanceTo(end);
    if (name.isEmpty()) {
      throw new SyntaxException(start, "a name in double quotes is empty");
    }
    add(Token.Kind.QUOTED, name.toString(), start);
  }

  private void string(Position start, boolean escapes) {
    StringBuilder text = new StringBuilder();
    advanceTo(quoted('\'', start, text, escapes));
    add(Token.Kind.STRING, text.toString(), start);
  }

  /** Reads up to the closing quote into {@code text}; the place after it. */
  private int quoted(char quote, Position start, StringBuilder text, boolean escapes) {
    for (int i = at + 1; i < sql.length(); i++) {
      char c = sql.charAt(i);
      if (c == quote) {
        if (i + 1 < sql.length() && sql.charAt(i + 1) == quote) {
          i++;
        } else {
          return i + 1;
        }
      } else if (c == '\\' && escapes && i + 1 < sql.length()) {
        c = escape(sql.charAt(++i), start);
      }
      text.append(c);
    }
    throw new SyntaxException(start, "this quote has no end");
  }

  private static char escape(char c, Position start) {
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case '\\', '\'', '"' -> c;
      default ->
          throw new SyntaxException(
              start, "the escape \\" + c + " is not supported: write the character itself");
    };
  }

  private void dollarString(Position start) {
    int tagEnd = sql.indexOf('$', at + 1);
    String tag = tagEnd < 0 ? "" : sql.substring(at, tagEnd + 1);
    int end = tag.matches("\\$\\w*\\$") ? sql.indexOf(tag, tagEnd + 1) : -1;
    if (end < 0) {
      throw new SyntaxException(
          start, "a parameter ($1) has no value in a view: write the value itself");
    }
    String text = sql.substring(tagEnd + 1, end);
    advanceTo(end + tag.length());
    add(Token.Kind.STRING, text, start);
  }
}

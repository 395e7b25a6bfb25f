package dev.freshet.materializer.sql.parse;

import java.util.List;

/** The tokens of a text, read one after another. Not thread-safe. */
final class Tokens {

  /** Nesting a text may have; deeper would exhaust the stack. */
  private static final int DEPTH_MAX = 200;

  private final List<Token> tokens;
  private final Refusals refusals;
  private int next;
  private int depth;

  Tokens(List<Token> tokens, Refusals refusals) {
    this.tokens = tokens;
    this.refusals = refusals;
  }

  Refusals refusals() {
    return refusals;
  }

  Token peek() {
    return tokens.get(next);
  }

  Token peek(int ahead) {
    return tokens.get(Math.min(next + ahead, tokens.size() - 1));
  }

  Token take() {
    Token token = peek();
    if (next < tokens.size() - 1) {
      next++;
    }
    return token;
  }

  Position at() {
    return peek().at();
  }

  boolean takeIf(String keyword) {
    boolean found = peek().is(keyword);
    if (found) {
      take();
    }
    return found;
  }

  /** Takes these keywords when they all follow. */
  boolean takeIf(String first, String... others) {
    if (!peek().is(first)) {
      return false;
    }
    for (int i = 0; i < others.length; i++) {
      if (!peek(i + 1).is(others[i])) {
        return false;
      }
    }
    next += 1 + others.length;
    return true;
  }

  boolean takeSymbol(String symbol) {
    boolean found = peek().isSymbol(symbol);
    if (found) {
      take();
    }
    return found;
  }

  void expect(String keyword) {
    if (!takeIf(keyword)) {
      throw unexpected(keyword.toUpperCase(java.util.Locale.ROOT));
    }
  }

  void expectSymbol(String symbol) {
    if (!takeSymbol(symbol)) {
      throw unexpected("\"" + symbol + "\"");
    }
  }

  String name(String what) {
    if (!peek().isName()) {
      throw unexpected(what);
    }
    return take().text();
  }

  SyntaxException unexpected(String expected) {
    return new SyntaxException(
        at(), "syntax error at %s: expected %s".formatted(peek().shown(), expected));
  }

  /** Skips to the parenthesis that closes one already taken, and takes it. */
  void skipParenthesis() {
    for (int open = 1; open > 0; ) {
      Token token = take();
      if (token.kind() == Token.Kind.END) {
        throw new SyntaxException(token.at(), "a closing parenthesis is missing");
      }
      open += token.isSymbol("(") ? 1 : token.isSymbol(")") ? -1 : 0;
    }
  }

  void enter() {
    if (++depth > DEPTH_MAX) {
      throw new SyntaxException(at(), "the text is nested too deep");
    }
  }

  void leave() {
    depth--;
  }
}

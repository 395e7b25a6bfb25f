package dev.freshet.materializer.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A view's whole text to a {@link Query}. What Postgres accepts and a view does not is refused and
 * skipped, so that the rest is checked too.
 */
public final class SelectParser {

  private static final String ORDER_HINT =
      "a view has no order; put it into the query that reads the view";

  private final Tokens tokens;
  private final TermParser terms;
  private final FromParser from;
  private final Refusals refusals;

  private SelectParser(Tokens tokens) {
    this.tokens = tokens;
    this.terms = new TermParser(tokens);
    this.refusals = tokens.refusals();
    this.from = new FromParser(tokens, terms, this);
  }

  /**
   * The query in a text: a SELECT, or a CREATE [MATERIALIZED] VIEW around one.
   *
   * @param refusals gets what is refused, a syntax error too
   * @return empty after a syntax error
   */
  public static Optional<Query> parse(String sql, Refusals refusals) {
    try {
      Tokens tokens = new Tokens(Lexer.tokens(sql), refusals);
      SelectParser parser = new SelectParser(tokens);
      parser.skipCreate();
      Query query = parser.query();
      tokens.takeSymbol(";");
      if (tokens.peek().kind() != Token.Kind.END) {
        throw tokens.unexpected("the end of the SELECT");
      }
      return Optional.of(query);
    } catch (SyntaxException e) {
      refusals.error(e.at(), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /**
   * The SELECT alone: without CREATE VIEW around it, without a semicolon behind it.
   *
   * @param query what {@link #parse} has found in the text
   */
  public static String select(String sql, Query query) {
    List<Token> tokens = Lexer.tokens(sql);
    int end = tokens.size() - 1;
    if (end > 0 && tokens.get(end - 1).isSymbol(";")) {
      end--;
    }
    return sql.substring(offset(sql, query.at()), offset(sql, tokens.get(end).at())).strip();
  }

  static int offset(String sql, Position at) {
    int offset = 0;
    for (int line = 1; line < at.line(); line++) {
      offset = sql.indexOf('\n', offset) + 1;
    }
    return offset + at.column() - 1;
  }

  private void skipCreate() {
    if (!tokens.takeIf("create")) {
      return;
    }
    tokens.takeIf("or", "replace");
    tokens.takeIf("materialized");
    tokens.expect("view");
    tokens.takeIf("if", "not", "exists");
    do {
      tokens.name("the view's name");
    } while (tokens.takeSymbol("."));
    tokens.expect("as");
  }

  Query query() {
    tokens.enter();
    Position at = tokens.at();
    List<Query.Named> with = tokens.takeIf("with") ? with() : List.of();
    Query.Body body = union();
    refuseTail();
    tokens.leave();
    return new Query(at, with, body);
  }

  private List<Query.Named> with() {
    List<Query.Named> named = new ArrayList<>();
    if (tokens.peek().is("recursive")) {
      refusals.unsupported(tokens.take().at(), "WITH RECURSIVE", "compute the closure in a table");
    }
    do {
      Position at = tokens.at();
      String name = tokens.name("a name");
      List<String> columns = from.columnNames();
      tokens.expect("as");
      tokens.takeIf("not");
      tokens.takeIf("materialized");
      tokens.expectSymbol("(");
      named.add(new Query.Named(at, name, columns, query()));
      tokens.expectSymbol(")");
    } while (tokens.takeSymbol(","));
    return named;
  }

  private Query.Body union() {
    Query.Body body = operand();
    while (true) {
      Token word = tokens.peek();
      if (!word.is("union") && !word.is("intersect") && !word.is("except")) {
        return body;
      }
      tokens.take();
      boolean all = tokens.takeIf("all");
      tokens.takeIf("distinct");
      if (!word.is("union")) {
        String name = word.text().toUpperCase(Locale.ROOT);
        refusals.unsupported(word.at(), name, "join with a condition on the key");
      } else if (!all) {
        refusals.unsupported(
            word.at(), "UNION without ALL", "write SELECT DISTINCT … FROM (… UNION ALL …) u");
      }
      Query.Body right = operand();
      body =
          new Query.Union(
              word.at(),
              new Query(body.at(), List.of(), body),
              new Query(right.at(), List.of(), right));
    }
  }

  private Query.Body operand() {
    if (tokens.takeSymbol("(")) {
      Query inner = query();
      tokens.expectSymbol(")");
      if (!inner.with().isEmpty()) {
        refusals.unsupported(inner.at(), "WITH inside parentheses", "move it to the start");
      }
      return inner.body();
    }
    if (tokens.peek().is("values") || tokens.peek().is("table")) {
      throw new SyntaxException(tokens.at(), "a view is a SELECT");
    }
    return select();
  }

  private Query.Select select() {
    Position at = tokens.at();
    tokens.expect("select");
    boolean distinct = tokens.takeIf("distinct");
    if (distinct && tokens.peek().is("on")) {
      refusals.unsupported(
          tokens.take().at(), "DISTINCT ON", "use GROUP BY with min or max, and join the rest");
      tokens.expectSymbol("(");
      tokens.skipParenthesis();
    }
    tokens.takeIf("all");
    List<Query.Item> items = items();
    List<Query.From> sources = new ArrayList<>();
    if (tokens.takeIf("from")) {
      do {
        sources.add(from.item());
      } while (tokens.takeSymbol(","));
    }
    Term where = tokens.takeIf("where") ? terms.term() : null;
    List<Term> groupBy = tokens.takeIf("group", "by") ? groupBy() : List.of();
    Term having = tokens.takeIf("having") ? terms.term() : null;
    if (tokens.peek().is("window")) {
      refusals.unsupported(tokens.take().at(), "WINDOW", "use GROUP BY");
      tokens.name("a window");
      tokens.expect("as");
      tokens.expectSymbol("(");
      tokens.skipParenthesis();
    }
    return new Query.Select(at, distinct, items, sources, where, groupBy, having);
  }

  private List<Query.Item> items() {
    List<Query.Item> items = new ArrayList<>();
    do {
      items.add(item());
    } while (tokens.takeSymbol(","));
    return items;
  }

  private Query.Item item() {
    Position at = tokens.at();
    if (tokens.takeSymbol("*")) {
      return new Query.Item(at, null, "", null);
    }
    if (tokens.peek().isName() && tokens.peek(1).isSymbol(".") && tokens.peek(2).isSymbol("*")) {
      String qualifier = tokens.take().text();
      tokens.take();
      tokens.take();
      return new Query.Item(at, null, qualifier, null);
    }
    Term term = terms.term();
    return new Query.Item(at, term, "", alias());
  }

  private @Nullable String alias() {
    if (tokens.takeIf("as")) {
      Token name = tokens.take();
      if (name.kind() != Token.Kind.WORD && name.kind() != Token.Kind.QUOTED) {
        throw new SyntaxException(
            name.at(), "syntax error at " + name.shown() + ": expected a name");
      }
      return name.text();
    }
    return Keywords.isAlias(tokens.peek()) ? tokens.take().text() : null;
  }

  private List<Term> groupBy() {
    List<Term> keys = new ArrayList<>();
    do {
      Token word = tokens.peek();
      boolean sets = word.is("rollup") || word.is("cube") || word.is("grouping");
      if (sets && (tokens.peek(1).isSymbol("(") || tokens.peek(1).is("sets"))) {
        refusals.unsupported(
            word.at(), word.text().toUpperCase(Locale.ROOT), "write one view per grouping");
        while (!tokens.takeSymbol("(")) {
          tokens.take();
        }
        tokens.skipParenthesis();
      } else {
        keys.add(terms.term());
      }
    } while (tokens.takeSymbol(","));
    return keys;
  }

  /** ORDER BY, LIMIT and what else can end a query: refused, each at its place. */
  private void refuseTail() {
    Set<String> ends = Set.of("order", "limit", "offset", "fetch", "for");
    while (tokens.peek().kind() == Token.Kind.WORD && ends.contains(tokens.peek().text())) {
      Token word = tokens.take();
      switch (word.text()) {
        case "order" -> refusals.unsupported(word.at(), "ORDER BY", ORDER_HINT);
        case "for" -> refusals.unsupported(word.at(), "FOR UPDATE", "leave it out");
        default ->
            refusals.unsupported(
                word.at(), "LIMIT/OFFSET", "put it into the query that reads the view");
      }
      skipTail(ends);
    }
  }

  private void skipTail(Set<String> ends) {
    while (true) {
      Token token = tokens.peek();
      boolean end =
          token.kind() == Token.Kind.END
              || token.isSymbol(")")
              || token.isSymbol(";")
              || (token.kind() == Token.Kind.WORD && ends.contains(token.text()));
      if (end) {
        return;
      }
      tokens.take();
      if (token.isSymbol("(")) {
        tokens.skipParenthesis();
      }
    }
  }
}

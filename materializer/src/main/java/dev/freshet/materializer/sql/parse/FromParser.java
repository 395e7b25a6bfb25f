package dev.freshet.materializer.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The FROM clause. */
final class FromParser {

  private final Tokens tokens;
  private final TermParser terms;
  private final SelectParser selects;

  FromParser(Tokens tokens, TermParser terms, SelectParser selects) {
    this.tokens = tokens;
    this.terms = terms;
    this.selects = selects;
  }

  Query.From item() {
    Query.From left = primary();
    while (true) {
      Position at = tokens.at();
      if (tokens.takeIf("cross")) {
        tokens.expect("join");
        left = new Query.Joined(at, false, left, primary(), null, List.of());
      } else if (tokens.takeIf("join") || tokens.takeIf("inner", "join")) {
        left = joined(at, false, left);
      } else if (tokens.takeIf("left")) {
        outerJoin();
        left = joined(at, true, left);
      } else if (tokens.peek().is("right") || tokens.peek().is("full")) {
        String kind = tokens.take().text().toUpperCase(Locale.ROOT);
        outerJoin();
        tokens.refusals().unsupported(at, kind + " JOIN", "rewrite it as a LEFT JOIN");
        left = joined(at, true, left);
      } else if (tokens.takeIf("natural")) {
        tokens
            .refusals()
            .unsupported(
                at, "NATURAL JOIN", "a new column would change it: name the columns in ON");
        tokens.takeIf("left");
        tokens.takeIf("inner");
        tokens.expect("join");
        left = new Query.Joined(at, false, left, primary(), null, List.of());
      } else {
        return left;
      }
    }
  }

  private void outerJoin() {
    tokens.takeIf("outer");
    tokens.expect("join");
  }

  private Query.From joined(Position at, boolean left, Query.From one) {
    Query.From other = item1();
    if (tokens.takeIf("using")) {
      return new Query.Joined(at, left, one, other, null, columnNames());
    }
    tokens.expect("on");
    return new Query.Joined(at, left, one, other, terms.term(), List.of());
  }

  /** The right side of a join: {@code a JOIN b JOIN c ON … ON …} nests to the right. */
  private Query.From item1() {
    Query.From right = primary();
    while (tokens.peek().is("join") || tokens.peek().is("inner")) {
      Position at = tokens.at();
      tokens.takeIf("inner");
      tokens.expect("join");
      right = joined(at, false, right);
    }
    return right;
  }

  private Query.From primary() {
    Position at = tokens.at();
    if (tokens.peek().is("lateral")) {
      tokens.refusals().unsupported(tokens.take().at(), "LATERAL", "rewrite it as a JOIN");
    }
    tokens.takeIf("only");
    if (tokens.takeSymbol("(")) {
      return parenthesis(at);
    }
    List<String> name = new ArrayList<>();
    do {
      name.add(tokens.name("a table"));
    } while (tokens.takeSymbol("."));
    if (tokens.takeSymbol("(")) {
      tokens
          .refusals()
          .unsupported(at, "a function in FROM", "keep its rows in a table, and select from that");
      tokens.skipParenthesis();
    }
    String alias = alias();
    List<String> columns = alias == null ? List.of() : columnNames();
    if (tokens.peek().is("tablesample")) {
      tokens.refusals().unsupported(tokens.take().at(), "TABLESAMPLE", "use WHERE");
      tokens.name("a method");
      tokens.expectSymbol("(");
      tokens.skipParenthesis();
    }
    return new Query.Table(at, name, alias, columns);
  }

  private Query.From parenthesis(Position at) {
    Token token = tokens.peek();
    if (token.is("values")) {
      tokens.refusals().unsupported(at, "VALUES", "keep the rows in a table");
      tokens.skipParenthesis();
      alias();
      columnNames();
      throw new SyntaxException(at, "a view selects from tables");
    }
    if (!token.is("select") && !token.is("with") && !token.isSymbol("(")) {
      Query.From inner = item();
      tokens.expectSymbol(")");
      return inner;
    }
    Query query = selects.query();
    tokens.expectSymbol(")");
    String alias = alias();
    return new Query.Derived(at, query, alias == null ? "" : alias, columnNames());
  }

  private @Nullable String alias() {
    if (tokens.takeIf("as")) {
      return tokens.name("an alias");
    }
    return Keywords.isAlias(tokens.peek()) ? tokens.take().text() : null;
  }

  /** {@code (a, b)}, or nothing. */
  List<String> columnNames() {
    List<String> names = new ArrayList<>();
    if (tokens.takeSymbol("(")) {
      do {
        names.add(tokens.name("a column"));
      } while (tokens.takeSymbol(","));
      tokens.expectSymbol(")");
    }
    return names;
  }
}

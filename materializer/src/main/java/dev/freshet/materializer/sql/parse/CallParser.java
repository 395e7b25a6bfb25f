package dev.freshet.materializer.sql.parse;

import dev.freshet.materializer.sql.parse.Term.Literal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls, with the words that the standard puts between arguments, and what may follow a call. */
final class CallParser {

  private final Tokens tokens;
  private final TermParser terms;

  CallParser(Tokens tokens, TermParser terms) {
    this.tokens = tokens;
    this.terms = terms;
  }

  Term call() {
    Token name = tokens.take();
    tokens.expectSymbol("(");
    return switch (name.text()) {
      case "extract" -> extract(name);
      case "position" -> position(name);
      case "substring" -> substring(name);
      case "trim" -> trim(name);
      default -> plain(name);
    };
  }

  private Term plain(Token name) {
    boolean star = tokens.takeSymbol("*");
    boolean distinct = tokens.takeIf("distinct");
    tokens.takeIf("all");
    List<Term> arguments = new ArrayList<>();
    if (!star && !tokens.peek().isSymbol(")")) {
      do {
        arguments.add(terms.term());
      } while (tokens.takeSymbol(","));
    }
    if (tokens.peek().is("order")) {
      tokens
          .refusals()
          .unsupported(tokens.at(), "ORDER BY in an aggregate", "the view's rows have no order");
      tokens.skipParenthesis();
    } else {
      tokens.expectSymbol(")");
    }
    return finish(name, arguments, star, distinct);
  }

  private Term finish(Token name, List<Term> arguments, boolean star, boolean distinct) {
    if (tokens.takeIf("within", "group")) {
      tokens
          .refusals()
          .unsupported(
              name.at(), name.text() + " (an ordered-set aggregate)", "use min, max, avg or count");
      tokens.expectSymbol("(");
      tokens.skipParenthesis();
      return new Term.Refused(name.at());
    }
    Term filter = null;
    if (tokens.peek().is("filter") && tokens.peek(1).isSymbol("(")) {
      tokens.take();
      tokens.take();
      tokens.expect("where");
      filter = terms.term();
      tokens.expectSymbol(")");
    }
    if (tokens.takeIf("over")) {
      tokens
          .refusals()
          .unsupported(
              name.at(),
              "a window function (OVER)",
              "use GROUP BY, or compute it in the query that reads the view");
      if (tokens.takeSymbol("(")) {
        tokens.skipParenthesis();
      } else {
        tokens.name("a window");
      }
      return new Term.Refused(name.at());
    }
    return new Term.FunctionCall(name.at(), name.text(), arguments, star, distinct, filter);
  }

  private Term function(Token name, String as, @Nullable Term... arguments) {
    List<Term> present = new ArrayList<>();
    for (Term argument : arguments) {
      if (argument != null) {
        present.add(argument);
      }
    }
    return new Term.FunctionCall(name.at(), as, present, false, false, null);
  }

  private Term extract(Token name) {
    Token field = tokens.take();
    tokens.expect("from");
    Term from = terms.term();
    tokens.expectSymbol(")");
    Term unit = new Literal(field.at(), Literal.Kind.TEXT, field.text());
    return function(name, "extract", unit, from);
  }

  private Term position(Token name) {
    // The IN of position(a IN b) is no operator: what stands before it may hold none either.
    Term part = new PrimaryParser(tokens, terms).primary();
    tokens.expect("in");
    Term text = terms.term();
    tokens.expectSymbol(")");
    return function(name, "position", part, text);
  }

  private Term substring(Token name) {
    Term text = terms.term();
    if (tokens.takeSymbol(",")) {
      Term from = terms.term();
      Term count = tokens.takeSymbol(",") ? terms.term() : null;
      tokens.expectSymbol(")");
      return function(name, "substring", text, from, count);
    }
    Term from = tokens.takeIf("from") ? terms.term() : null;
    Term count = tokens.takeIf("for") ? terms.term() : null;
    if (tokens.peek().is("similar") || (from == null && count == null)) {
      throw tokens.unexpected("FROM or a comma");
    }
    tokens.expectSymbol(")");
    Term first = from == null ? new Literal(name.at(), Literal.Kind.NUMBER, "1") : from;
    return function(name, "substring", text, first, count);
  }

  private Term trim(Token name) {
    String function = "btrim";
    if (tokens.takeIf("leading")) {
      function = "ltrim";
    } else if (tokens.takeIf("trailing")) {
      function = "rtrim";
    } else {
      tokens.takeIf("both");
    }
    if (tokens.takeIf("from")) {
      Term text = terms.term();
      tokens.expectSymbol(")");
      return function(name, function, text);
    }
    Term first = terms.term();
    Term second = null;
    if (tokens.takeIf("from")) {
      second = first;
      first = terms.term();
    } else if (tokens.takeSymbol(",")) {
      second = terms.term();
    }
    tokens.expectSymbol(")");
    return function(name, function, first, second);
  }
}

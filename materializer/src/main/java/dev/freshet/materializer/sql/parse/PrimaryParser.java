package dev.freshet.materializer.sql.parse;

import dev.freshet.materializer.sql.parse.Term.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an operator can stand beside: literals, names, calls, CASE, parentheses, casts. */
final class PrimaryParser {

  private static final String SUBQUERY_HINT = "rewrite it as a JOIN";

  private static final Set<String> TYPED_LITERALS =
      Set.of("date", "timestamp", "timestamptz", "interval", "time");

  /** Names of the standard that are functions without parentheses. */
  private static final Set<String> NILADIC =
      Set.of(
          "current_date",
          "current_time",
          "current_timestamp",
          "localtime",
          "localtimestamp",
          "current_user",
          "session_user",
          "current_role",
          "current_catalog",
          "user");

  private final Tokens tokens;
  private final TermParser terms;
  private final CallParser calls;
  private final TypeParser types;

  PrimaryParser(Tokens tokens, TermParser terms) {
    this.tokens = tokens;
    this.terms = terms;
    this.types = new TypeParser(tokens);
    this.calls = new CallParser(tokens, terms);
  }

  Term primary() {
    Term term = start();
    while (true) {
      Position at = tokens.at();
      if (tokens.takeSymbol("::")) {
        term = new Term.Cast(at, term, types.type());
      } else if (tokens.peek().isSymbol("[")) {
        tokens.refusals().unsupported(at, "an array", "use jsonb, as in x -> 0");
        skipBrackets();
        term = new Term.Refused(at);
      } else {
        return term;
      }
    }
  }

  private void skipBrackets() {
    while (!tokens.takeSymbol("]")) {
      if (tokens.take().kind() == Token.Kind.END) {
        throw tokens.unexpected("\"]\"");
      }
    }
  }

  private Term start() {
    Token token = tokens.peek();
    Position at = token.at();
    return switch (token.kind()) {
      case STRING -> literal(Literal.Kind.TEXT);
      case NUMBER -> literal(Literal.Kind.NUMBER);
      case WORD -> word(token, at);
      case QUOTED -> nameOrCall();
      default -> {
        if (tokens.takeSymbol("(")) {
          yield parenthesis(at);
        }
        throw tokens.unexpected("an expression");
      }
    };
  }

  private Literal literal(Literal.Kind kind) {
    Token token = tokens.take();
    return new Literal(token.at(), kind, token.text());
  }

  private Term parenthesis(Position at) {
    if (refuseSubquery(at)) {
      return new Term.Refused(at);
    }
    Term inner = terms.term();
    if (tokens.peek().isSymbol(",")) {
      tokens.refusals().unsupported(at, "a row value", "compare the columns one by one");
      tokens.skipParenthesis();
      return new Term.Refused(at);
    }
    tokens.expectSymbol(")");
    return inner;
  }

  /** After an opening parenthesis: whether a query follows, which is then refused and skipped. */
  boolean refuseSubquery(Position at) {
    Token token = tokens.peek();
    if (!token.is("select") && !token.is("with") && !token.is("values")) {
      return false;
    }
    tokens.refusals().unsupported(at, "a subquery in an expression", SUBQUERY_HINT);
    tokens.skipParenthesis();
    return true;
  }

  private Term word(Token token, Position at) {
    switch (token.text()) {
      case "null" -> {
        return literal(Literal.Kind.NULL);
      }
      case "true", "false" -> {
        return literal(Literal.Kind.BOOLEAN);
      }
      case "case" -> {
        return caseWhen();
      }
      case "cast" -> {
        return cast();
      }
      case "array", "row" -> {
        if (tokens.peek(1).isSymbol("[") || tokens.peek(1).isSymbol("(")) {
          return refusedConstructor(token);
        }
      }
      case "exists", "any", "some", "all" -> {
        if (tokens.peek(1).isSymbol("(")) {
          tokens.take();
          tokens.take();
          String what = token.is("exists") ? "a subquery in an expression" : token.text() + "()";
          tokens.refusals().unsupported(at, what, SUBQUERY_HINT + ", or list the values with IN");
          tokens.skipParenthesis();
          return new Term.Refused(at);
        }
      }
      default -> {
        if (NILADIC.contains(token.text())) {
          return niladic();
        }
        Term typed = typedLiteral(token);
        if (typed != null) {
          return typed;
        }
      }
    }
    return nameOrCall();
  }

  private Term niladic() {
    Token name = tokens.take();
    if (tokens.takeSymbol("(")) {
      tokens.skipParenthesis();
    }
    return new Term.FunctionCall(name.at(), name.text(), List.of(), false, false, null);
  }

  private Term refusedConstructor(Token token) {
    tokens.take();
    tokens
        .refusals()
        .unsupported(
            token.at(), token.text().toUpperCase(java.util.Locale.ROOT), "use separate columns");
    if (tokens.takeSymbol("(")) {
      tokens.skipParenthesis();
    } else {
      skipBrackets();
    }
    return new Term.Refused(token.at());
  }

  /** {@code date '2024-01-01'}, {@code interval '1' day}, {@code double precision '1'}. */
  private @Nullable Term typedLiteral(Token token) {
    boolean zoned = token.is("timestamp") && tokens.peek(2).is("time");
    boolean plain = tokens.peek(1).kind() == Token.Kind.STRING;
    boolean known = TYPED_LITERALS.contains(token.text()) || plain;
    if (!known || !(plain || zoned) || !token.isName()) {
      return null;
    }
    Term.TypeName type = types.type();
    Literal value = literal(Literal.Kind.TEXT);
    if (type.name().equals("interval") && TypeParser.isIntervalField(tokens.peek())) {
      Token unit = tokens.take();
      if (tokens.peek().is("to")) {
        tokens
            .refusals()
            .unsupported(unit.at(), "an interval with TO", "write interval '1 day 2 hours'");
        tokens.take();
        tokens.take();
      }
      value = new Literal(value.at(), value.kind(), value.text() + " " + unit.text());
    }
    return new Term.Cast(token.at(), value, type);
  }

  private Term nameOrCall() {
    Token first = tokens.peek();
    if (!first.isName()) {
      throw tokens.unexpected("an expression");
    }
    if (tokens.peek(1).isSymbol("(")) {
      return calls.call();
    }
    List<String> parts = new ArrayList<>();
    parts.add(tokens.take().text());
    while (tokens.peek().isSymbol(".")) {
      tokens.take();
      parts.add(tokens.take().text());
      if (tokens.peek().isSymbol("(")) {
        tokens
            .refusals()
            .unsupported(first.at(), "a function with a schema", "write its bare name");
        tokens.take();
        tokens.skipParenthesis();
        return new Term.Refused(first.at());
      }
    }
    return new Term.Name(first.at(), parts);
  }

  private Term caseWhen() {
    Position at = tokens.take().at();
    Term operand = tokens.peek().is("when") ? null : terms.term();
    List<Term.When> whens = new ArrayList<>();
    while (tokens.takeIf("when")) {
      Term condition = terms.term();
      tokens.expect("then");
      whens.add(new Term.When(condition, terms.term()));
    }
    if (whens.isEmpty()) {
      throw tokens.unexpected("WHEN");
    }
    Term otherwise = tokens.takeIf("else") ? terms.term() : null;
    tokens.expect("end");
    return new Term.CaseWhen(at, operand, whens, otherwise);
  }

  private Term cast() {
    Position at = tokens.take().at();
    tokens.expectSymbol("(");
    Term operand = terms.term();
    tokens.expect("as");
    Term.TypeName type = types.type();
    tokens.expectSymbol(")");
    return new Term.Cast(at, operand, type);
  }
}

package dev.freshet.materializer.sql.parse;

import dev.freshet.materializer.expression.Test;
import dev.freshet.materializer.sql.parse.Term.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Expressions, by precedence climbing with the precedences of Postgres's grammar: operators it has
 * no rule for ({@code ||}, {@code ->>}, {@code @>}) bind weaker than {@code +} and stronger than
 * comparisons.
 */
final class TermParser {

  private static final int OR = 10;
  private static final int AND = 20;
  private static final int NOT = 30;
  private static final int IS = 40;
  private static final int COMPARISON = 50;
  private static final int RANGE = 60; // BETWEEN, IN, LIKE
  private static final int OTHER = 70;
  private static final int SUM = 80;
  private static final int PRODUCT = 90;
  private static final int POWER = 100;
  private static final int ZONE = 110;
  private static final int COLLATE = 120;
  private static final int SIGN = 130;

  private static final Map<String, Integer> BINARY =
      Map.ofEntries(
          Map.entry("=", COMPARISON),
          Map.entry("<>", COMPARISON),
          Map.entry("<", COMPARISON),
          Map.entry("<=", COMPARISON),
          Map.entry(">", COMPARISON),
          Map.entry(">=", COMPARISON),
          Map.entry("+", SUM),
          Map.entry("-", SUM),
          Map.entry("*", PRODUCT),
          Map.entry("/", PRODUCT),
          Map.entry("%", PRODUCT),
          Map.entry("^", POWER));

  private final Tokens tokens;
  private final PrimaryParser primaries;

  TermParser(Tokens tokens) {
    this.tokens = tokens;
    this.primaries = new PrimaryParser(tokens, this);
  }

  Term term() {
    return above(0);
  }

  /** Of operators that bind stronger than this. */
  private Term above(int power) {
    tokens.enter();
    Term left = prefix();
    Term longer = continued(left, power);
    while (longer != null) {
      left = longer;
      longer = continued(left, power);
    }
    tokens.leave();
    return left;
  }

  private Term prefix() {
    Token token = tokens.peek();
    Position at = token.at();
    if (tokens.takeIf("not")) {
      return new Term.Not(at, above(NOT - 1));
    }
    if (token.isSymbol("-") || token.isSymbol("+")) {
      tokens.take();
      Term operand = above(SIGN);
      return operand instanceof Literal literal && literal.kind() == Literal.Kind.NUMBER
          ? signed(at, token.text(), literal)
          : new Term.Operation(at, token.text(), List.of(operand));
    }
    if (token.kind() == Token.Kind.OPERATOR && !BINARY.containsKey(token.text())) {
      tokens.take();
      return new Term.Operation(at, token.text(), List.of(above(OTHER)));
    }
    return primaries.primary();
  }

  /** A sign before a number belongs to it: the least int4 is an int4. */
  private static Term signed(Position at, String sign, Literal number) {
    String text = number.text();
    if (sign.equals("-")) {
      text = text.startsWith("-") ? text.substring(1) : "-" + text;
    }
    return new Literal(at, Literal.Kind.NUMBER, text);
  }

  /** The term with one more operator behind it; {@code null} when none follows that may. */
  private @Nullable Term continued(Term left, int power) {
    Token token = tokens.peek();
    Position at = token.at();
    if (token.kind() == Token.Kind.OPERATOR) {
      int own = BINARY.getOrDefault(token.text(), OTHER);
      if (own <= power) {
        return null;
      }
      tokens.take();
      Term right = above(own);
      if (own == COMPARISON && BINARY.getOrDefault(tokens.peek().text(), 0) == COMPARISON) {
        throw tokens.unexpected("no second comparison");
      }
      return new Term.Operation(at, token.text(), List.of(left, right));
    }
    if (token.kind() != Token.Kind.WORD) {
      return null;
    }
    return switch (token.text()) {
      case "or" -> power < OR ? logic(left, true) : null;
      case "and" -> power < AND ? logic(left, false) : null;
      case "is" -> power < IS ? is(left) : null;
      case "isnull", "notnull" -> power < IS ? nullTest(left) : null;
      case "between", "in", "like", "ilike", "similar" -> power < RANGE ? range(left, false) : null;
      case "not" -> power < RANGE && negatesRange() ? range(left, true) : null;
      case "at" -> power < ZONE && tokens.peek(1).is("time") ? atTimeZone(left) : null;
      case "collate" -> power < COLLATE ? collate(left) : null;
      case "overlaps" -> {
        tokens.take();
        tokens.refusals().unsupported(at, "OVERLAPS", "compare the ends of the periods");
        above(RANGE);
        yield new Term.Refused(at);
      }
      default -> null;
    };
  }

  private Term logic(Term left, boolean or) {
    Position at = tokens.take().at();
    List<Term> operands = new ArrayList<>();
    operands.add(left);
    do {
      operands.add(above(or ? OR : AND));
    } while (tokens.takeIf(or ? "or" : "and"));
    return new Term.Logic(at, or, operands);
  }

  private Term nullTest(Term left) {
    Token token = tokens.take();
    Test.Kind kind = token.is("isnull") ? Test.Kind.IS_NULL : Test.Kind.IS_NOT_NULL;
    return new Term.Is(token.at(), kind, left, null);
  }

  private Term is(Term left) {
    Position at = tokens.take().at();
    boolean not = tokens.takeIf("not");
    if (tokens.takeIf("distinct", "from")) {
      Test.Kind kind = not ? Test.Kind.IS_NOT_DISTINCT : Test.Kind.IS_DISTINCT;
      return new Term.Is(at, kind, left, above(IS));
    }
    Token what = tokens.take();
    Test.Kind kind =
        switch (what.text()) {
          case "null", "unknown" -> not ? Test.Kind.IS_NOT_NULL : Test.Kind.IS_NULL;
          case "true" -> not ? Test.Kind.IS_NOT_TRUE : Test.Kind.IS_TRUE;
          case "false" -> not ? Test.Kind.IS_NOT_FALSE : Test.Kind.IS_FALSE;
          default -> {
            tokens
                .refusals()
                .unsupported(
                    what.at(),
                    "IS " + what.text().toUpperCase(java.util.Locale.ROOT),
                    "use IS NULL, IS TRUE, IS FALSE or IS DISTINCT FROM");
            yield Test.Kind.IS_NULL;
          }
        };
    return new Term.Is(at, kind, left, null);
  }

  private boolean negatesRange() {
    Token after = tokens.peek(1);
    return after.is("between")
        || after.is("in")
        || after.is("like")
        || after.is("ilike")
        || after.is("similar");
  }

  private Term range(Term left, boolean negated) {
    Position at = tokens.at();
    if (negated) {
      tokens.take();
    }
    Token word = tokens.take();
    return switch (word.text()) {
      case "between" -> between(at, left, negated);
      case "in" -> in(at, left, negated);
      default -> like(at, left, word, negated);
    };
  }

  private Term between(Position at, Term left, boolean negated) {
    boolean symmetric = tokens.takeIf("symmetric");
    tokens.takeIf("asymmetric");
    Term low = above(RANGE);
    tokens.expect("and");
    return new Term.Between(at, left, low, above(RANGE), negated, symmetric);
  }

  private Term in(Position at, Term left, boolean negated) {
    tokens.expectSymbol("(");
    if (primaries.refuseSubquery(at)) {
      return new Term.Refused(at);
    }
    List<Term> list = new ArrayList<>();
    do {
      list.add(term());
    } while (tokens.takeSymbol(","));
    tokens.expectSymbol(")");
    return new Term.In(at, left, list, negated);
  }

  private Term like(Position at, Term left, Token word, boolean negated) {
    if (word.is("similar")) {
      tokens.expect("to");
      tokens.refusals().unsupported(at, "SIMILAR TO", "use LIKE, position or starts_with");
    }
    Term pattern = above(RANGE);
    if (tokens.peek().is("escape")) {
      Position escape = tokens.take().at();
      tokens.refusals().unsupported(escape, "ESCAPE", "use the backslash, which needs no ESCAPE");
      above(RANGE);
    }
    if (word.is("similar")) {
      return new Term.Refused(at);
    }
    Term like = new Term.Operation(at, word.text(), List.of(left, pattern));
    return negated ? new Term.Not(at, like) : like;
  }

  private Term atTimeZone(Term left) {
    Position at = tokens.take().at();
    tokens.expect("time");
    tokens.expect("zone");
    Term zone = above(ZONE);
    return new Term.FunctionCall(at, "timezone", List.of(zone, left), false, false, null);
  }

  private Term collate(Term left) {
    Position at = tokens.take().at();
    StringBuilder name = new StringBuilder(tokens.name("a collation"));
    while (tokens.takeSymbol(".")) {
      name.setLength(0);
      name.append(tokens.name("a collation"));
    }
    return new Term.Collate(at, left, name.toString());
  }
}

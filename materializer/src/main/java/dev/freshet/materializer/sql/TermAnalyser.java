package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Call;
import dev.freshet.materializer.expression.Choice;
import dev.freshet.materializer.expression.Condition;
import dev.freshet.materializer.expression.Constant;
import dev.freshet.materializer.expression.Function;
import dev.freshet.materializer.expression.Function.Syntax;
import dev.freshet.materializer.expression.FunctionTable;
import dev.freshet.materializer.expression.Input;
import dev.freshet.materializer.expression.Test;
import dev.freshet.materializer.expression.Tree;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.PgType.Kind;
import dev.freshet.materializer.sql.parse.Position;
import dev.freshet.materializer.sql.parse.Refusals;
import dev.freshet.materializer.sql.parse.Term;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

/** Terms to typed expressions over the row of a scope. */
final class TermAnalyser {

  private final Scope scope;
  private final Schema schema;
  private final Coercion coercion;
  private final Refusals refusals;
  private final CallAnalyser calls;

  /** Where each use of a column stands, for what is only found out later. */
  private final IdentityHashMap<Expression, Position> places = new IdentityHashMap<>();

  TermAnalyser(Scope scope, Schema schema, Coercion coercion, Refusals refusals) {
    this.scope = scope;
    this.schema = schema;
    this.coercion = coercion;
    this.refusals = refusals;
    this.calls = new CallAnalyser(this, coercion, refusals);
  }

  CallAnalyser calls() {
    return calls;
  }

  /** Where this very use of a column stands; {@code otherwise} when it is not in the text. */
  Position placeOf(Expression use, Position otherwise) {
    return places.getOrDefault(use, otherwise);
  }

  void place(Expression use, Position at) {
    places.put(use, at);
  }

  boolean defaultOrder() {
    return schema.codePointOrder();
  }

  Typed typed(Expression expression) {
    return new Typed(expression, defaultOrder());
  }

  /** A condition: boolean, or refused. */
  Typed condition(Term term, String where) {
    Typed value = analyse(term);
    if (value.isBroken() || value.kind() == Kind.BOOL) {
      return value;
    }
    if (value.isUntyped()) {
      return coercion.to(value, PgType.BOOL, term.at());
    }
    refusals.error(
        term.at(),
        "argument of %s must be type boolean, not type %s".formatted(where, value.type()));
    return Typed.BROKEN;
  }

  Typed analyse(Term term) {
    if (term instanceof Term.Name name) {
      return name(name);
    }
    if (term instanceof Term.Literal literal) {
      return literal(literal);
    }
    if (term instanceof Term.Operation operation) {
      return operation(operation);
    }
    if (term instanceof Term.Logic logic) {
      List<Expression> operands = new ArrayList<>();
      boolean broken = false;
      for (Term operand : logic.operands()) {
        Typed value = condition(operand, logic.or() ? "OR" : "AND");
        broken |= value.isBroken();
        operands.add(value.expression());
      }
      return broken ? Typed.BROKEN : typed(new Condition(logic.or(), operands));
    }
    if (term instanceof Term.Not not) {
      Typed operand = condition(not.operand(), "NOT");
      return operand.isBroken() ? operand : typed(negated(operand.expression()));
    }
    if (term instanceof Term.Is is) {
      return is(is);
    }
    if (term instanceof Term.In in) {
      return in(in);
    }
    if (term instanceof Term.Between between) {
      return between(between);
    }
    if (term instanceof Term.CaseWhen caseWhen) {
      return caseWhen(caseWhen);
    }
    if (term instanceof Term.Cast cast) {
      return cast(cast);
    }
    if (term instanceof Term.Collate collate) {
      return collate(collate);
    }
    return term instanceof Term.FunctionCall call ? calls.call(call) : Typed.BROKEN;
  }

  private Typed name(Term.Name name) {
    List<String> parts = name.parts();
    String column = parts.get(parts.size() - 1);
    String alias = parts.size() > 1 ? parts.get(parts.size() - 2) : "";
    if (!alias.isEmpty() && !scope.hasRelation(alias)) {
      String other =
          String.join(", ", scope.relations().stream().map(Scope.Relation::alias).toList());
      refusals.error(
          name.at(),
          "there is no table \"%s\" in FROM; there is %s"
              .formatted(alias, other.isEmpty() ? "none" : other));
      return Typed.BROKEN;
    }
    List<Integer> found = scope.find(alias, column);
    if (found.size() != 1) {
      refusals.error(
          name.at(),
          found.isEmpty()
              ? "column \"%s\" does not exist%s".formatted(column, Suggestion.of(column, scope))
              : "column \"%s\" is ambiguous: write its table before it".formatted(column));
      return Typed.BROKEN;
    }
    int index = found.get(0);
    Scope.Entry entry = scope.entry(index);
    if (entry.type() == null) {
      refusals.unsupported(
          name.at(),
          "column \"%s\" of type %s".formatted(column, entry.typeName()),
          "leave it out, or keep it in another column as text or jsonb");
      return Typed.BROKEN;
    }
    Input input = new Input(index, entry.type());
    places.put(input, name.at());
    return new Typed(input, entry.codePointOrder());
  }

  private Typed literal(Term.Literal literal) {
    String text = literal.text();
    return typed(
        switch (literal.kind()) {
          case NULL -> new Constant(null, PgType.TEXT, true);
          case TEXT -> new Constant(text, PgType.TEXT, true);
          case BOOLEAN -> Constant.of(text.equals("true"), PgType.BOOL);
          case NUMBER -> number(text);
        });
  }

  private static Constant number(String text) {
    if (text.matches("-?\\d+")) {
      BigInteger whole = new BigInteger(text);
      if (whole.bitLength() < Integer.SIZE) {
        return Constant.of(whole.longValue(), PgType.INT4);
      }
      if (whole.bitLength() < Long.SIZE) {
        return Constant.of(whole.longValue(), PgType.INT8);
      }
    }
    BigDecimal number = new BigDecimal(text.endsWith(".") ? text + "0" : text);
    int scale = text.endsWith(".") ? 0 : Math.max(0, number.scale());
    return Constant.of(number.setScale(scale), PgType.NUMERIC);
  }

  private Typed operation(Term.Operation operation) {
    List<Typed> operands = operation.operands().stream().map(this::analyse).toList();
    Syntax syntax = operands.size() == 1 ? Syntax.PREFIX : Syntax.BINARY;
    return calls.apply(operation.operator(), syntax, operands, operation.at());
  }

  private Expression negated(Expression condition) {
    Function not = FunctionTable.named("not", Syntax.PREFIX).get(0);
    return Call.of(not, coercion.session(), List.of(condition));
  }

  private Typed is(Term.Is is) {
    Term other = is.other();
    if (other != null) {
      Typed a = analyse(is.operand());
      Typed b = analyse(other);
      Typed equal = calls.apply("=", Syntax.BINARY, List.of(a, b), is.at());
      return equal.isBroken()
          ? equal
          : typed(new Test(is.kind(), ((Tree) equal.expression()).children()));
    }
    boolean nullTest = is.kind() == Test.Kind.IS_NULL || is.kind() == Test.Kind.IS_NOT_NULL;
    Typed operand =
        nullTest ? coercion.settled(analyse(is.operand()), is.at()) : condition(is.operand(), "IS");
    return operand.isBroken() ? operand : typed(new Test(is.kind(), List.of(operand.expression())));
  }

  /** {@code x IN (a, b)} is {@code x = a OR x = b}, with x and the list of one type. */
  private Typed in(Term.In in) {
    Typed operand = analyse(in.operand());
    List<Expression> tests = new ArrayList<>();
    boolean broken = false;
    List<Typed> list = new ArrayList<>(in.list().stream().map(this::analyse).toList());
    for (int i = 0; i < list.size(); i++) {
      Typed test =
          calls.apply("=", Syntax.BINARY, List.of(operand, list.get(i)), in.list().get(i).at());
      broken |= test.isBroken();
      tests.add(test.expression());
    }
    if (broken) {
      return Typed.BROKEN;
    }
    Expression any = tests.size() == 1 ? tests.get(0) : new Condition(true, tests);
    return typed(in.negated() ? negated(any) : any);
  }

  private Typed between(Term.Between between) {
    Typed x = analyse(between.operand());
    Typed low = analyse(between.low());
    Typed high = analyse(between.high());
    Typed inside = within(x, low, high, between.at());
    if (between.symmetric()) {
      Typed swapped = within(x, high, low, between.at());
      inside =
          inside.isBroken() || swapped.isBroken()
              ? Typed.BROKEN
              : typed(new Condition(true, List.of(inside.expression(), swapped.expression())));
    }
    return inside.isBroken() || !between.negated() ? inside : typed(negated(inside.expression()));
  }

  private Typed within(Typed x, Typed low, Typed high, Position at) {
    Typed above = calls.apply(">=", Syntax.BINARY, List.of(x, low), at);
    Typed below = calls.apply("<=", Syntax.BINARY, List.of(x, high), at);
    return above.isBroken() || below.isBroken()
        ? Typed.BROKEN
        : typed(new Condition(false, List.of(above.expression(), below.expression())));
  }

  private Typed caseWhen(Term.CaseWhen term) {
    Term operand = term.operand();
    Typed subject = operand == null ? null : coercion.settled(analyse(operand), term.at());
    List<Expression> conditions = new ArrayList<>();
    List<Typed> values = new ArrayList<>();
    boolean broken = false;
    for (Term.When when : term.whens()) {
      Typed condition =
          subject == null
              ? condition(when.condition(), "CASE/WHEN")
              : calls.apply(
                  "=",
                  Syntax.BINARY,
                  List.of(subject, analyse(when.condition())),
                  when.condition().at());
      broken |= condition.isBroken();
      conditions.add(condition.expression());
      values.add(analyse(when.value()));
    }
    Term otherwise = term.otherwise();
    Typed last =
        otherwise == null ? typed(new Constant(null, PgType.TEXT, true)) : analyse(otherwise);
    // Postgres looks at ELSE first when it looks for the common type.
    values.add(0, last);
    List<Typed> unified = coercion.unified(values, "CASE", term.at());
    if (broken || unified.isEmpty()) {
      return Typed.BROKEN;
    }
    List<Expression> operands = new ArrayList<>();
    for (int i = 0; i < conditions.size(); i++) {
      operands.add(conditions.get(i));
      operands.add(unified.get(i + 1).expression());
    }
    operands.add(unified.get(0).expression());
    return new Typed(
        new Choice(Choice.Kind.CASE, unified.get(0).type(), operands), ordered(unified));
  }

  static boolean ordered(List<Typed> values) {
    return values.stream().allMatch(Typed::codePointOrder);
  }

  private Typed cast(Term.Cast cast) {
    Typed operand = analyse(cast.operand());
    Optional<PgType> type = type(cast.type());
    return type.isEmpty() ? Typed.BROKEN : coercion.to(operand, type.get(), cast.at());
  }

  private Optional<PgType> type(Term.TypeName name) {
    List<Integer> modifiers = name.modifiers();
    if (name.name().equals("bpchar")) {
      return Optional.of(PgType.sized(Kind.BPCHAR, modifiers.get(0)));
    }
    Optional<PgType> plain = Types.named(name.name());
    if (plain.isEmpty()) {
      plain = schema.enumeration(name.name());
      if (plain.isEmpty()) {
        refusals.unsupported(
            name.at(), "type " + name.name(), "docs/reference/sql.md lists the types");
      }
      return plain;
    }
    return modifiers.isEmpty() ? plain : modified(plain.get(), name);
  }

  private Optional<PgType> modified(PgType type, Term.TypeName name) {
    List<Integer> modifiers = name.modifiers();
    int first = modifiers.get(0);
    int second = modifiers.size() > 1 ? modifiers.get(1) : 0;
    switch (type.kind()) {
      case NUMERIC -> {
        if (first >= 1 && first <= 1000 && second >= 0 && second <= first) {
          return Optional.of(PgType.numeric(first, second));
        }
      }
      case VARCHAR -> {
        if (first >= 1) {
          return Optional.of(PgType.sized(Kind.VARCHAR, first));
        }
      }
      case TIMESTAMP, TIMESTAMPTZ -> {
        if (first >= 0 && first <= 6) {
          return Optional.of(PgType.sized(type.kind(), first));
        }
      }
      default -> {
        // falls through to the refusal
      }
    }
    refusals.unsupported(
        name.at(), "%s%s".formatted(name.name(), modifiers), "leave the length out");
    return Optional.empty();
  }

  private Typed collate(Term.Collate collate) {
    Typed operand = coercion.settled(analyse(collate.operand()), collate.at());
    boolean codePoints = collate.collation().equals("C") || collate.collation().equals("POSIX");
    if (!codePoints) {
      refusals.unsupported(
          collate.at(), "COLLATE \"" + collate.collation() + "\"", "use COLLATE \"C\"");
      return Typed.BROKEN;
    }
    if (!operand.isBroken() && !operand.kind().isText()) {
      refusals.error(collate.at(), "collations are not supported by type " + operand.type());
      return Typed.BROKEN;
    }
    return operand.isBroken() ? operand : new Typed(operand.expression(), true);
  }
}

package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Call;
import dev.freshet.materializer.expression.Casts;
import dev.freshet.materializer.expression.Choice;
import dev.freshet.materializer.expression.Constant;
import dev.freshet.materializer.expression.Function;
import dev.freshet.materializer.expression.Function.Syntax;
import dev.freshet.materializer.expression.FunctionTable;
import dev.freshet.materializer.expression.Tree;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.PgType.Kind;
import dev.freshet.materializer.sql.parse.Position;
import dev.freshet.materializer.sql.parse.Refusals;
import dev.freshet.materializer.sql.parse.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Functions and operators: which overload is meant, and what its arguments must become. */
final class CallAnalyser {

  private static final String ORDER_HINT =
      "the order of text depends on the collation; write x COLLATE \"C\"";

  private final TermAnalyser terms;
  private final Coercion coercion;
  private final Refusals refusals;
  private @Nullable Aggregates aggregates;

  CallAnalyser(TermAnalyser terms, Coercion coercion, Refusals refusals) {
    this.terms = terms;
    this.coercion = coercion;
    this.refusals = refusals;
  }

  /** Where aggregates may stand, they are collected here; {@code null} where they may not. */
  void allowAggregates(@Nullable Aggregates collector) {
    this.aggregates = collector;
  }

  Typed call(Term.FunctionCall call) {
    String name = call.name();
    if (Aggregates.isAggregate(name)) {
      return aggregate(call);
    }
    if (call.star() || call.distinct() || call.filter() != null) {
      refusals.error(
          call.at(), name + " is no aggregate a view knows: leave *, DISTINCT and FILTER");
      return Typed.BROKEN;
    }
    List<Typed> arguments = call.arguments().stream().map(terms::analyse).toList();
    String refused = RefusedNames.reason(name);
    if (refused != null) {
      refusals.unsupported(call.at(), name + "()", refused);
      return Typed.BROKEN;
    }
    if (arguments.stream().anyMatch(Typed::isBroken)) {
      return Typed.BROKEN;
    }
    return switch (name) {
      case "coalesce", "greatest", "least" -> choice(name, arguments, call.at());
      case "nullif" -> nullif(arguments, call.at());
      case "concat", "concat_ws" -> concat(name, arguments, call.at());
      default -> apply(name, Syntax.FUNCTION, arguments, call.at());
    };
  }

  private Typed aggregate(Term.FunctionCall call) {
    Aggregates collector = aggregates;
    if (collector == null) {
      refusals.error(
          call.at(), "an aggregate is not allowed here: aggregates stand in SELECT and HAVING");
      return Typed.BROKEN;
    }
    aggregates = null;
    Term filter = call.filter();
    List<Typed> arguments = call.arguments().stream().map(terms::analyse).toList();
    Typed condition = filter == null ? null : terms.condition(filter, "FILTER");
    aggregates = collector;
    return collector.add(call, arguments, condition, coercion, refusals);
  }

  private Typed choice(String name, List<Typed> values, Position at) {
    if (values.isEmpty()) {
      refusals.error(at, name + " needs a value");
      return Typed.BROKEN;
    }
    List<Typed> unified = coercion.unified(values, name.toUpperCase(Locale.ROOT), at);
    if (unified.isEmpty()) {
      return Typed.BROKEN;
    }
    boolean ordered = TermAnalyser.ordered(unified);
    Kind kind = unified.get(0).kind();
    if (!name.equals("coalesce") && !isOrdered(kind, ordered)) {
      refusals.unsupported(
          at, name + "(" + kind.name().toLowerCase(Locale.ROOT) + ")", orderHint(kind));
      return Typed.BROKEN;
    }
    Choice.Kind how = Choice.Kind.valueOf(name.toUpperCase(Locale.ROOT));
    return new Typed(new Choice(how, unified.get(0).type(), expressions(unified)), ordered);
  }

  static boolean isOrdered(Kind kind, boolean codePointOrder) {
    return switch (kind) {
      case JSON, JSONB, INTERVAL, ENUM, BPCHAR -> false;
      case TEXT, VARCHAR -> codePointOrder;
      default -> true;
    };
  }

  static String orderHint(Kind kind) {
    return kind.isText() ? ORDER_HINT : "its values have no order in a view; use another type";
  }

  private Typed nullif(List<Typed> arguments, Position at) {
    if (arguments.size() != 2) {
      refusals.error(at, "nullif takes two values");
      return Typed.BROKEN;
    }
    Typed equal = apply("=", Syntax.BINARY, arguments, at);
    if (equal.isBroken()) {
      return equal;
    }
    // The value is the left side as the comparison needs it: nullif(1, 2.5) is numeric.
    Expression first = ((Tree) equal.expression()).children().get(0);
    return new Typed(
        new Choice(Choice.Kind.NULLIF, first.type(), List.of(first, equal.expression())),
        arguments.get(0).codePointOrder());
  }

  private Typed concat(String name, List<Typed> arguments, Position at) {
    if (arguments.size() < (name.equals("concat") ? 1 : 2)) {
      refusals.error(at, name + " needs more arguments");
      return Typed.BROKEN;
    }
    List<Expression> texts =
        arguments.stream()
            .map(argument -> coercion.settled(argument, at))
            .map(argument -> Casts.output(argument.expression(), coercion.session()))
            .toList();
    Function function = FunctionTable.named(name, Syntax.FUNCTION).get(0);
    return terms.typed(Call.of(function, coercion.session(), texts));
  }

  /** The call of the overload that Postgres would choose. */
  Typed apply(String name, Syntax syntax, List<Typed> arguments, Position at) {
    if (arguments.stream().anyMatch(Typed::isBroken)) {
      return Typed.BROKEN;
    }
    List<Typed> given = name.equals("||") ? textConcatenation(arguments, at) : arguments;
    Resolution.Found found = Resolution.find(name, syntax, given);
    Function function = found.function();
    if (function == null) {
      noFunction(name, syntax, given, found.ambiguous(), at);
      return Typed.BROKEN;
    }
    if (function.session() == null) {
      refusals.unsupported(at, function.toString(), function.refusal());
      return Typed.BROKEN;
    }
    if (!fits(function, given, at)) {
      return Typed.BROKEN;
    }
    List<Typed> converted = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      Kind kind = function.arguments().get(i);
      Typed argument = given.get(i);
      boolean exact = argument.kind() == kind && !argument.isUntyped();
      converted.add(exact ? argument : coercion.to(argument, wanted(kind, given), at));
    }
    if (converted.stream().anyMatch(Typed::isBroken)) {
      return Typed.BROKEN;
    }
    boolean ordered =
        converted.stream().filter(a -> a.kind().isText()).allMatch(Typed::codePointOrder);
    Expression call = Call.of(function, coercion.session(), expressions(converted));
    return new Typed(call, ordered && (terms.defaultOrder() || hasOrderedText(converted)));
  }

  private static boolean hasOrderedText(List<Typed> arguments) {
    return arguments.stream().anyMatch(a -> a.kind().isText() && a.codePointOrder());
  }

  /** An enum's literal takes the type of the enum beside it. */
  private static PgType wanted(Kind kind, List<Typed> given) {
    return kind != Kind.ENUM
        ? PgType.of(kind)
        : given.stream().filter(a -> a.kind() == Kind.ENUM).findFirst().orElseThrow().type();
  }

  /** {@code 'a' || 5}: what is no text is shown as {@code ::text} shows it. */
  private List<Typed> textConcatenation(List<Typed> arguments, Position at) {
    boolean oneText =
        arguments.stream().anyMatch(a -> a.isUntyped() || a.kind().isText())
            && arguments.stream().noneMatch(a -> a.kind() == Kind.JSONB);
    return oneText
        ? arguments.stream().map(a -> a.isUntyped() ? a : coercion.to(a, PgType.TEXT, at)).toList()
        : arguments;
  }

  /** What the types alone do not say. */
  private boolean fits(Function function, List<Typed> given, Position at) {
    switch (function.name()) {
      case "<", "<=", ">", ">=" -> {
        boolean text = function.arguments().get(0) == Kind.TEXT;
        if (text && given.stream().anyMatch(a -> !a.isUntyped() && !a.codePointOrder())) {
          if (given.stream().noneMatch(a -> !a.isUntyped() && a.codePointOrder())) {
            refusals.unsupported(at, "comparing text with " + function.name(), ORDER_HINT);
            return false;
          }
        }
      }
      case "#>", "#>>" -> {
        if (!given.get(1).isUntyped()) {
          refusals.unsupported(
              at, "a computed path of " + function.name(), "write it as in '{a,0,b}'");
          return false;
        }
      }
      case "extract", "date_trunc" -> {
        return UnitCheck.accepts(function, given, at, refusals);
      }
      case "=", "<>" -> {
        if (given.stream().map(a -> a.type().name()).distinct().count() > 1
            && given.stream().allMatch(a -> a.kind() == Kind.ENUM)) {
          refusals.error(at, "two different enums cannot be compared: cast both to text");
          return false;
        }
      }
      default -> {
        return true;
      }
    }
    return true;
  }

  private void noFunction(
      String name, Syntax syntax, List<Typed> arguments, boolean ambiguous, Position at) {
    List<String> types =
        arguments.stream()
            .map(a -> a.isUntyped() ? "unknown" : a.type().plain().toString())
            .toList();
    String call =
        switch (syntax) {
          case FUNCTION -> name + "(" + String.join(", ", types) + ")";
          case BINARY -> types.get(0) + " " + name + " " + types.get(1);
          case PREFIX -> name + " " + types.get(0);
        };
    if (ambiguous) {
      refusals.error(at, call + " is ambiguous: cast the arguments");
      return;
    }
    List<String> overloads =
        FunctionTable.named(name, syntax).stream()
            .filter(function -> function.session() != null)
            .filter(f -> arguments.stream().anyMatch(a -> f.arguments().contains(a.kind())))
            .map(Function::toString)
            .distinct()
            .limit(4)
            .toList();
    refusals.unsupported(
        at,
        call,
        overloads.isEmpty()
            ? "docs/reference/sql.md lists what is"
            : "there is %s; cast the arguments".formatted(String.join(", ", overloads)));
  }

  static List<Expression> expressions(List<Typed> values) {
    return values.stream().map(Typed::expression).toList();
  }

  static @Nullable String constantText(Typed value) {
    return value.expression() instanceof Constant constant
            && constant.value() instanceof String text
        ? text
        : null;
  }
}

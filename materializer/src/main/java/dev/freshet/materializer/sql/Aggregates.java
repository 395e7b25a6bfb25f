package dev.freshet.materializer.sql;

import dev.freshet.materializer.plan.AggregateCall;
import dev.freshet.materializer.plan.AggregateFunction;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.PgType.Kind;
import dev.freshet.materializer.sql.parse.Refusals;
import dev.freshet.materializer.sql.parse.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The aggregates of one SELECT, each different one once. Not thread-safe. */
final class Aggregates {

  private static final Map<String, AggregateFunction> FUNCTIONS =
      Map.of(
          "count", AggregateFunction.COUNT,
          "sum", AggregateFunction.SUM,
          "avg", AggregateFunction.AVG,
          "min", AggregateFunction.MIN,
          "max", AggregateFunction.MAX,
          "bool_and", AggregateFunction.BOOL_AND,
          "every", AggregateFunction.BOOL_AND,
          "bool_or", AggregateFunction.BOOL_OR);

  /** An aggregate over the row that is grouped. */
  private record Wanted(
      AggregateFunction function,
      boolean distinct,
      @Nullable Expression argument,
      @Nullable Expression filter,
      PgType type) {}

  private final List<Wanted> wanted = new ArrayList<>();

  static boolean isAggregate(String name) {
    return FUNCTIONS.containsKey(name);
  }

  boolean isEmpty() {
    return wanted.isEmpty();
  }

  Typed add(
      Term.FunctionCall call,
      List<Typed> arguments,
      @Nullable Typed filter,
      Coercion coercion,
      Refusals refusals) {
    boolean broken = arguments.stream().anyMatch(Typed::isBroken);
    if (broken || (filter != null && filter.isBroken())) {
      return Typed.BROKEN;
    }
    Expression condition = filter == null ? null : filter.expression();
    if (call.star()) {
      return reference(
          new Wanted(AggregateFunction.COUNT_ROWS, false, null, condition, PgType.INT8), true);
    }
    if (arguments.size() != 1) {
      refusals.error(call.at(), call.name() + " takes one argument");
      return Typed.BROKEN;
    }
    AggregateFunction function = FUNCTIONS.get(call.name());
    if (function == null) {
      return Typed.BROKEN;
    }
    Typed argument = coercion.settled(arguments.get(0), call.at());
    PgType type = type(function, argument);
    String refusal = type == null ? "" : refusal(function, call, argument);
    if (type == null) {
      String name = call.name() + "(" + argument.type().plain() + ")";
      refusals.unsupported(
          call.at(), name, "PostgreSQL has no " + name + "; cast the column explicitly");
      return Typed.BROKEN;
    }
    if (!refusal.isEmpty()) {
      refusals.unsupported(
          call.at(),
          call.name() + (call.distinct() ? "(distinct " : "(") + argument.type().plain() + ")",
          refusal);
      return Typed.BROKEN;
    }
    boolean matters =
        function == AggregateFunction.COUNT
            || function == AggregateFunction.SUM
            || function == AggregateFunction.AVG;
    boolean distinct = call.distinct() && matters;
    return reference(
        new Wanted(function, distinct, argument.expression(), condition, type),
        argument.codePointOrder());
  }

  private Typed reference(Wanted aggregate, boolean codePointOrder) {
    int index = 0;
    while (index < wanted.size() && !wanted.get(index).toString().equals(aggregate.toString())) {
      index++;
    }
    if (index == wanted.size()) {
      wanted.add(aggregate);
    }
    return new Typed(new AggregateRef(index, aggregate.type), codePointOrder);
  }

  private static @Nullable PgType type(AggregateFunction function, Typed argument) {
    Kind kind = argument.kind();
    return switch (function) {
      case COUNT, COUNT_ROWS -> PgType.INT8;
      case SUM ->
          switch (kind) {
            case INT2, INT4 -> PgType.INT8;
            case INT8, NUMERIC -> PgType.NUMERIC;
            case FLOAT4, FLOAT8, INTERVAL -> PgType.of(kind);
            default -> null;
          };
      case AVG ->
          switch (kind) {
            case INT2, INT4, INT8, NUMERIC -> PgType.NUMERIC;
            case FLOAT4, FLOAT8 -> PgType.FLOAT8;
            case INTERVAL -> PgType.INTERVAL;
            default -> null;
          };
      case MIN, MAX ->
          switch (kind) {
            case BOOL, JSON, JSONB, UUID -> null;
            case VARCHAR -> PgType.TEXT;
            default -> argument.type().plain();
          };
      case BOOL_AND, BOOL_OR -> kind == Kind.BOOL ? PgType.BOOL : null;
    };
  }

  private static String refusal(
      AggregateFunction function, Term.FunctionCall call, Typed argument) {
    Kind kind = argument.kind();
    boolean sums = function == AggregateFunction.SUM || function == AggregateFunction.AVG;
    if (sums && kind == Kind.FLOAT4) {
      return "real loses digits when it is summed; cast it to double precision or numeric";
    }
    if (kind == Kind.INTERVAL && function != AggregateFunction.COUNT) {
      return "aggregate extract(epoch from x)";
    }
    boolean extreme = function == AggregateFunction.MIN || function == AggregateFunction.MAX;
    if (extreme && !CallAnalyser.isOrdered(kind, argument.codePointOrder())) {
      return CallAnalyser.orderHint(kind);
    }
    boolean comparable = kind.hasEquality() && kind != Kind.BPCHAR;
    return call.distinct() && !comparable ? "cast it to text" : "";
  }

  /**
   * The calls over a row that has these expressions; arguments and filters are added to it.
   *
   * @param row expressions of the row that is grouped
   */
  List<AggregateCall> calls(List<Expression> row) {
    List<AggregateCall> calls = new ArrayList<>();
    for (Wanted w : wanted) {
      int argument = w.argument == null ? AggregateCall.NONE : place(row, w.argument);
      int filter = w.filter == null ? AggregateCall.NONE : place(row, w.filter);
      PgType argumentType = w.argument == null ? w.type : w.argument.type();
      calls.add(new AggregateCall(w.function, w.distinct, argument, filter, argumentType, w.type));
    }
    return calls;
  }

  /** Where an expression is in a row, which gets it at its end if it has it not. */
  static int place(List<Expression> row, Expression wanted) {
    for (int i = 0; i < row.size(); i++) {
      if (row.get(i).toString().equals(wanted.toString())) {
        return i;
      }
    }
    row.add(wanted);
    return row.size() - 1;
  }
}

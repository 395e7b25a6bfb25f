package dev.freshet.materializer.expression;

import dev.freshet.materializer.expression.Function.Syntax;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.PgType.Kind;
import java.util.ArrayList;
import java.util.List;

/** Collects the lines of the operator table. */
final class Definitions {

  private final List<Function> functions = new ArrayList<>();

  List<Function> functions() {
    return functions;
  }

  /** A function; its body needs nothing of the session. */
  void add(String name, Body body, Kind result, Kind... arguments) {
    addIn(name, session -> body, result, arguments);
  }

  /** A function whose body depends on the session. */
  void addIn(
      String name,
      java.util.function.Function<Session, Body> body,
      Kind result,
      Kind... arguments) {
    put(name, Syntax.FUNCTION, body, false, "", result, arguments);
  }

  /** A function that can give NULL for arguments that are not. */
  void addNullable(String name, Body body, Kind result, Kind... arguments) {
    put(name, Syntax.FUNCTION, session -> body, true, "", result, arguments);
  }

  void binary(String name, Kind left, Kind right, Kind result, Body.Two body) {
    put(name, Syntax.BINARY, session -> body, false, "", result, left, right);
  }

  void binaryIn(
      String name,
      Kind left,
      Kind right,
      Kind result,
      java.util.function.Function<Session, Body> body) {
    put(name, Syntax.BINARY, body, false, "", result, left, right);
  }

  void binaryNullable(String name, Kind left, Kind right, Kind result, Body.Two body) {
    put(name, Syntax.BINARY, session -> body, true, "", result, left, right);
  }

  void prefix(String name, Kind argument, Kind result, Body.One body) {
    put(name, Syntax.PREFIX, session -> body, false, "", result, argument);
  }

  /** An overload Postgres has and a view has not. */
  void refuse(String name, Syntax syntax, String why, Kind result, Kind... arguments) {
    functions.add(
        new Function(name, syntax, List.of(arguments), PgType.of(result), true, null, why));
  }

  private void put(
      String name,
      Syntax syntax,
      java.util.function.Function<Session, Body> body,
      boolean nullable,
      String refusal,
      Kind result,
      Kind... arguments) {
    functions.add(
        new Function(name, syntax, List.of(arguments), PgType.of(result), nullable, body, refusal));
  }
}

package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.PgType.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function or operator for certain argument types: one line of the operator table.
 *
 * <p>The table holds every overload Postgres has for a name, also those a view refuses: otherwise
 * an argument would silently be converted to the type of another overload.
 *
 * @param name as written in SQL, lower case
 * @param syntax where the name stands
 * @param arguments kinds of the arguments
 * @param result type of the result
 * @param nullable whether the result can be NULL although no argument is
 * @param session what makes the body, given the session; {@code null} for a refused overload
 * @param refusal why it is refused and what to write instead; empty when it is supported
 */
public record Function(
    String name,
    Syntax syntax,
    List<Kind> arguments,
    PgType result,
    boolean nullable,
    java.util.function.@Nullable Function<Session, Body> session,
    String refusal) {

  /** Where a name stands. */
  public enum Syntax {
    FUNCTION,
    BINARY,
    PREFIX
  }

  /** As the reference page shows it. */
  @Override
  public String toString() {
    List<String> types = arguments.stream().map(kind -> PgType.of(kind).toString()).toList();
    return switch (syntax) {
      case FUNCTION -> name + "(" + String.join(", ", types) + ")";
      case BINARY -> types.get(0) + " " + name + " " + types.get(1);
      case PREFIX -> name + " " + types.get(0);
    };
  }
}

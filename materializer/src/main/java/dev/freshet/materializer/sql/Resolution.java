package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Casts;
import dev.freshet.materializer.expression.Function;
import dev.freshet.materializer.expression.Function.Syntax;
import dev.freshet.materializer.expression.FunctionTable;
import dev.freshet.materializer.plan.PgType.Kind;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which overload a call means: the rules of the manual's chapter "Type Conversion" (func_select_
 * candidate of parse_func.c), over the operator table.
 */
final class Resolution {

  /** What was found: one function, none, or several equally good. */
  record Found(@Nullable Function function, boolean ambiguous) {}

  private final List<Typed> arguments;

  private Resolution(List<Typed> arguments) {
    this.arguments = arguments;
  }

  static Found find(String name, Syntax syntax, List<Typed> arguments) {
    List<Function> overloads =
        FunctionTable.named(name, syntax).stream()
            .filter(function -> function.arguments().size() == arguments.size())
            .toList();
    return new Resolution(arguments).choose(overloads, syntax == Syntax.BINARY);
  }

  private Found choose(List<Function> overloads, boolean binary) {
    Function exact = exact(overloads, binary);
    if (exact != null) {
      return new Found(exact, false);
    }
    List<Function> left = overloads.stream().filter(this::accepts).toList();
    left = best(left, this::exactMatches);
    left = best(left, this::preferredMatches);
    if (left.size() > 1 && arguments.stream().anyMatch(Typed::isUntyped)) {
      left = byCategory(left);
    }
    if (left.size() > 1) {
      left = likeTheOthers(left);
    }
    return new Found(left.size() == 1 ? left.get(0) : null, left.size() > 1);
  }

  /** For an operator, a literal beside a typed value is first taken to be of its type. */
  private @Nullable Function exact(List<Function> overloads, boolean binary) {
    List<Kind> kinds = new java.util.ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      Typed argument = arguments.get(i);
      if (argument.isUntyped()) {
        if (!binary || arguments.get(1 - i).isUntyped()) {
          return null;
        }
        argument = arguments.get(1 - i);
      }
      kinds.add(argument.kind());
    }
    return overloads.stream()
        .filter(function -> function.arguments().equals(kinds))
        .findFirst()
        .orElse(null);
  }

  private boolean accepts(Function function) {
    for (int i = 0; i < arguments.size(); i++) {
      Typed argument = arguments.get(i);
      if (!argument.isUntyped()
          && !Casts.isImplicit(argument.kind(), function.arguments().get(i))) {
        return false;
      }
    }
    return true;
  }

  private static List<Function> best(List<Function> functions, ToIntFunction<Function> score) {
    int most = functions.stream().mapToInt(score).max().orElse(0);
    return functions.stream().filter(function -> score.applyAsInt(function) == most).toList();
  }

  private int exactMatches(Function function) {
    int matches = 0;
    for (int i = 0; i < arguments.size(); i++) {
      Typed argument = arguments.get(i);
      matches += !argument.isUntyped() && argument.kind() == function.arguments().get(i) ? 1 : 0;
    }
    return matches;
  }

  private int preferredMatches(Function function) {
    int matches = 0;
    for (int i = 0; i < arguments.size(); i++) {
      Typed argument = arguments.get(i);
      Kind kind = function.arguments().get(i);
      boolean preferred =
          Types.isPreferred(kind) && Types.category(kind) == Types.category(argument.kind());
      matches += !argument.isUntyped() && (argument.kind() == kind || preferred) ? 1 : 0;
    }
    return matches;
  }

  private List<Function> byCategory(List<Function> functions) {
    List<Function> left = functions;
    for (int i = 0; i < arguments.size(); i++) {
      if (arguments.get(i).isUntyped()) {
        int place = i;
        Set<Character> categories =
            left.stream()
                .map(function -> Types.category(function.arguments().get(place)))
                .collect(Collectors.toSet());
        if (!categories.contains('S') && categories.size() > 1) {
          return functions;
        }
        char category = categories.contains('S') ? 'S' : categories.iterator().next();
        left =
            left.stream()
                .filter(function -> Types.category(function.arguments().get(place)) == category)
                .toList();
        if (left.stream().anyMatch(f -> Types.isPreferred(f.arguments().get(place)))) {
          left = left.stream().filter(f -> Types.isPreferred(f.arguments().get(place))).toList();
        }
      }
    }
    return left;
  }

  /** When all typed arguments have one type, the others are taken to have it too. */
  private List<Function> likeTheOthers(List<Function> functions) {
    Set<Kind> kinds =
        arguments.stream()
            .filter(argument -> !argument.isUntyped())
            .map(Typed::kind)
            .collect(Collectors.toSet());
    if (kinds.size() != 1) {
      return functions;
    }
    Kind kind = kinds.iterator().next();
    List<Function> fitting =
        functions.stream()
            .filter(f -> f.arguments().stream().allMatch(a -> Casts.isImplicit(kind, a)))
            .toList();
    return fitting.size() == 1 ? fitting : functions;
  }
}

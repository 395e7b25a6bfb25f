package dev.freshet.materializer.expression;

import dev.freshet.materializer.expression.Function.Syntax;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The one list of functions and operators of a view: the compiler resolves names in it, the
 * reference page is made from it, and the differential suite tries every line of it.
 */
public final class FunctionTable {

  private static final Map<String, List<Function>> GROUPS = groups();
  private static final Map<Syntax, Map<String, List<Function>>> BY_NAME =
      GROUPS.values().stream()
          .flatMap(List::stream)
          .collect(Collectors.groupingBy(Function::syntax, Collectors.groupingBy(Function::name)));

  private FunctionTable() {}

  private static Map<String, List<Function>> groups() {
    Map<String, java.util.function.Consumer<Definitions>> sources = new LinkedHashMap<>();
    sources.put("Comparison", ComparisonFunctions::define);
    sources.put("Numbers", ArithmeticFunctions::define);
    sources.put("Text", TextFunctions::define);
    sources.put("Date and time", TimeFunctions::define);
    sources.put("jsonb", JsonFunctions::define);
    Map<String, List<Function>> groups = new LinkedHashMap<>();
    sources.forEach(
        (group, source) -> {
          Definitions definitions = new Definitions();
          source.accept(definitions);
          groups.put(group, List.copyOf(definitions.functions()));
        });
    return groups;
  }

  /** All functions, by the heading they stand under, in order. */
  public static Map<String, List<Function>> all() {
    return GROUPS;
  }

  /** The overloads of a name; empty when there is none. */
  public static List<Function> named(String name, Syntax syntax) {
    return BY_NAME.getOrDefault(syntax, Map.of()).getOrDefault(name, List.of());
  }
}

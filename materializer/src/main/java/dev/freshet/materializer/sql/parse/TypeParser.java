package dev.freshet.materializer.sql.parse;

import dev.freshet.materializer.sql.parse.Term.TypeName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Type names; those of the standard become Postgres's own. */
final class TypeParser {

  private static final Map<String, String> ALIASES =
      Map.ofEntries(
          Map.entry("boolean", "bool"),
          Map.entry("smallint", "int2"),
          Map.entry("int", "int4"),
          Map.entry("integer", "int4"),
          Map.entry("bigint", "int8"),
          Map.entry("decimal", "numeric"),
          Map.entry("dec", "numeric"),
          Map.entry("real", "float4"),
          Map.entry("float", "float8"),
          Map.entry("char", "bpchar"),
          Map.entry("character", "bpchar"));

  private static final Set<String> INTERVAL_FIELDS =
      Set.of("year", "month", "day", "hour", "minute", "second");

  private final Tokens tokens;

  TypeParser(Tokens tokens) {
    this.tokens = tokens;
  }

  static boolean isIntervalField(Token token) {
    return token.kind() == Token.Kind.WORD && INTERVAL_FIELDS.contains(token.text());
  }

  TypeName type() {
    Position at = tokens.at();
    boolean quoted = tokens.peek().kind() == Token.Kind.QUOTED;
    String name = tokens.name("a type");
    while (tokens.takeSymbol(".")) {
      name = tokens.name("a type");
    }
    if (!quoted) {
      name = longName(name);
    }
    List<Integer> modifiers = modifiers();
    if (!quoted && (name.equals("timestamp") || name.equals("time"))) {
      if (tokens.takeIf("with", "time", "zone")) {
        name += "tz";
      } else {
        tokens.takeIf("without", "time", "zone");
      }
    }
    if (name.equals("bpchar") && modifiers.isEmpty()) {
      modifiers = List.of(1);
    }
    if (tokens.peek().isSymbol("[") || tokens.peek().is("array")) {
      tokens.refusals().unsupported(at, "an array type", "use jsonb");
      while (!tokens.takeSymbol("]")) {
        tokens.take();
      }
    }
    return new TypeName(at, name, modifiers);
  }

  private String longName(String name) {
    if (name.equals("double") && tokens.takeIf("precision")) {
      return "float8";
    }
    if ((name.equals("character") || name.equals("char")) && tokens.takeIf("varying")) {
      return "varchar";
    }
    return ALIASES.getOrDefault(name, name);
  }

  private List<Integer> modifiers() {
    List<Integer> modifiers = new ArrayList<>();
    if (tokens.takeSymbol("(")) {
      do {
        boolean negative = tokens.takeSymbol("-");
        Token number = tokens.take();
        if (number.kind() != Token.Kind.NUMBER || !number.text().matches("\\d{1,8}")) {
          throw new SyntaxException(number.at(), "a type's length is a number");
        }
        int value = Integer.parseInt(number.text());
        modifiers.add(negative ? -value : value);
      } while (tokens.takeSymbol(","));
      tokens.expectSymbol(")");
    }
    return modifiers;
  }
}

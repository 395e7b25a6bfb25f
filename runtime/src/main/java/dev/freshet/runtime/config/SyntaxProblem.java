package dev.freshet.runtime.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** What the YAML parser stumbled over, in the words of someone who wrote the file. */
final class SyntaxProblem {

  /** What the parser says, in part, and what we say for it. Order matters: the first match wins. */
  private static final Map<String, String> WORDS =
      ordered(
          "TAB", "a tab is used for indentation; YAML wants spaces",
          "mapping values are not allowed here",
              "a second \": \" on one line; put the value in quotes, or the key on its own line",
          "could not find expected ':'", "this line has no \": \" after its key",
          "expected <block end>",
              "this line is not indented like the lines above it, or a bracket or quote is missing",
          "expected ',' or ']'", "a list opened with [ is not closed with ]",
          "expected ',' or '}'", "a mapping opened with { is not closed with }",
          "found unexpected end of stream", "a quote is not closed before the end of the file",
          "<stream end>", "the file ends inside a list or mapping that is not closed",
          "found unexpected document", "a quote is not closed before the document ends",
          "cannot start any token",
              "a value starts with a character that YAML keeps for itself; put the value in quotes",
          "found unknown escape character",
              "a backslash in double quotes starts no known escape; write \\\\ or use single quotes",
          "found duplicate anchor", "an anchor (&name) is used twice");

  private SyntaxProblem() {}

  static void report(YamlEngineException error, String text, Problems problems) {
    if (error instanceof MarkedYamlEngineException marked) {
      Optional<Mark> mark = marked.getProblemMark().or(marked::getContextMark);
      Place place =
          mark.map(m -> new Place(m.getLine() + 1, m.getColumn() + 1)).orElse(Place.START);
      problems.add(Path.ROOT, place, words(marked));
    } else if (error instanceof ReaderException unreadable) {
      String code = String.format(Locale.ROOT, "U+%04X", unreadable.getCodePoint());
      problems.add(
          Path.ROOT,
          placeOf(unreadable.getCodePoint(), text),
          "the character " + code + " is not allowed in YAML",
          "remove it, or write it as an escape in double quotes");
    } else {
      problems.add(
          Path.ROOT, Place.START, "is not YAML: " + firstLine(String.valueOf(error.getMessage())));
    }
  }

  private static String words(MarkedYamlEngineException error) {
    String said = error.getProblem() + "";
    return WORDS.entrySet().stream()
        .filter(entry -> said.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseGet(() -> "is not YAML here: " + firstLine(said));
  }

  /** The parser counts positions within its own buffer, so look for the character itself. */
  private static Place placeOf(int codePoint, String text) {
    int index = Math.max(0, text.indexOf(codePoint));
    String before = text.substring(0, index);
    int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
    return new Place(line, index - before.lastIndexOf('\n'));
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }

  private static Map<String, String> ordered(String... pairs) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }
}

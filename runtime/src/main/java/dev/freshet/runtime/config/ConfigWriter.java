package dev.freshet.runtime.config;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An accepted config printed as commented YAML, every default filled in: {@code config show}. What
 * came from {@code ${...}} is printed as the reference, a {@link Secret} as {@code ***}.
 */
public final class ConfigWriter {
  private static final Pattern NEEDS_NO_QUOTES =
      Pattern.compile("[A-Za-z0-9_./][A-Za-z0-9_./:+@-]*(?<!:)");
  private static final List<String> EMPTY = List.of("[]", "{}");
  private static final int WIDTH = 96; // characters of a comment line

  private final Scalars scalars;

  public ConfigWriter(Scalars scalars) {
    this.scalars = scalars;
  }

  /** YAML ending in a line break. */
  public <T> String write(ConfigResult.Accepted<T> accepted) {
    Object value = accepted.value();
    Shape.Group shape = Declaration.of(value.getClass(), scalars);
    List<String> lines = new Printing(accepted.origins()).group(value, shape, Path.ROOT, true);
    return String.join("\n", lines) + "\n";
  }

  /** One printing. Blocks are lists of lines, indented by whoever puts them somewhere. */
  private record Printing(Origins origins) {

    List<String> group(Object record, Shape.Group group, Path path, boolean comments) {
      List<String> lines = new ArrayList<>();
      for (Shape.Field field : group.fields()) {
        Object value = field.valueIn(record);
        boolean absent = value instanceof Optional<?> maybe && maybe.isEmpty();
        if (comments) {
          lines.addAll(comment(field.doc()));
          if (absent) {
            lines.add("# " + field.key() + ": not set");
          }
        }
        if (!absent) {
          Object present = value instanceof Optional<?> maybe ? maybe.orElseThrow() : value;
          entry(
              lines,
              field.key(),
              field.shape(),
              block(present, field.shape(), path.key(field.key()), comments));
        }
      }
      return lines.isEmpty() ? List.of("{}") : lines;
    }

    private List<String> block(Object value, Shape shape, Path path, boolean comments) {
      if (shape instanceof Shape.One one) {
        return List.of(scalar(value, one.scalar(), path));
      }
      if (shape instanceof Shape.Group group) {
        return group(value, group, path, comments);
      }
      List<String> lines = new ArrayList<>();
      if (shape instanceof Shape.Many many) {
        int index = 0;
        for (Object item : (List<?>) value) {
          List<String> block = block(item, many.element(), path.index(index++), false);
          lines.add("- " + block.get(0));
          block.stream().skip(1).forEach(line -> lines.add("  " + line));
        }
        return lines.isEmpty() ? List.of("[]") : lines;
      }
      Shape.Keyed keyed = (Shape.Keyed) shape;
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        String key = keyed.key().printed(entry.getKey());
        entry(
            lines,
            quoted(key),
            keyed.value(),
            block(entry.getValue(), keyed.value(), path.key(key), false));
      }
      return lines.isEmpty() ? List.of("{}") : lines;
    }

    private String scalar(Object value, Scalar<?> scalar, Path path) {
      String printed = origins.masked(path.full()).orElseGet(() -> scalar.printed(value));
      return scalar.json() == Scalar.Json.STRING ? quoted(printed) : printed;
    }

    private static void entry(List<String> lines, String key, Shape shape, List<String> block) {
      // An empty list or mapping is a single unquoted line; a text like it would have quotes.
      if (shape instanceof Shape.One || EMPTY.contains(block.get(0))) {
        lines.add(key + ": " + block.get(0));
        return;
      }
      lines.add(key + ":");
      block.forEach(line -> lines.add("  " + line));
    }

    private static List<String> comment(String doc) {
      List<String> lines = new ArrayList<>();
      StringBuilder line = new StringBuilder("#");
      for (String word : doc.trim().split("\\s+", -1)) {
        if (line.length() + word.length() >= WIDTH) {
          lines.add(line.toString());
          line = new StringBuilder("#");
        }
        line.append(' ').append(word);
      }
      lines.add(line.toString());
      return lines;
    }

    private static String quoted(String text) {
      if (NEEDS_NO_QUOTES.matcher(text).matches() && !isOtherThanText(text)) {
        return text;
      }
      // Every escape of JSON is one of YAML.
      return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    /** Texts that YAML would take for a number, a truth value or nothing. */
    private static boolean isOtherThanText(String text) {
      return text.matches("(?i)null|true|false|yes|no|on|off|[-+.]?[0-9][0-9_.]*(e[0-9]+)?");
    }
  }
}

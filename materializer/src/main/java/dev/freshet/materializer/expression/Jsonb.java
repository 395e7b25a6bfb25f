package dev.freshet.materializer.expression;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.materializer.plan.EvaluationException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** JSON as jsonb keeps it: keys by length then bytes, numbers with their scale, one of each key. */
final class Jsonb {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private Jsonb() {}

  /** The last text parsed: several expressions of one row often read the same column. */
  private record Parsed(String text, JsonNode tree) {}

  private static final ThreadLocal<@Nullable Parsed> LAST = new ThreadLocal<>();

  /**
   * The tree of a JSON text; not to be changed.
   *
   * @throws EvaluationException when it is not JSON
   */
  static JsonNode parse(String text) {
    Parsed last = LAST.get();
    if (last != null && last.text.equals(text)) {
      return last.tree;
    }
    try {
      JsonNode tree = MAPPER.readTree(text);
      if (tree instanceof MissingNode) {
        throw invalid();
      }
      LAST.set(new Parsed(text, tree));
      return tree;
    } catch (JsonProcessingException e) {
      throw invalid();
    }
  }

  private static EvaluationException invalid() {
    return new EvaluationException("invalid input syntax for type json");
  }

  /** The text as jsonb prints it. */
  static String canonical(String text) {
    return text(parse(text));
  }

  static String text(JsonNode node) {
    StringBuilder out = new StringBuilder();
    print(node, out);
    return out.toString();
  }

  private static void print(JsonNode node, StringBuilder out) {
    if (node instanceof ObjectNode object) {
      TreeMap<String, JsonNode> fields = new TreeMap<>(Jsonb::keyOrder);
      object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
      out.append('{');
      fields.forEach(
          (key, value) -> {
            quote(key, out.length() > 1 && out.charAt(out.length() - 1) != '{' ? sep(out) : out);
            print(value, out.append(": "));
          });
      out.append('}');
    } else if (node.isArray()) {
      out.append('[');
      for (int i = 0; i < node.size(); i++) {
        print(node.get(i), i == 0 ? out : sep(out));
      }
      out.append(']');
    } else if (node.isTextual()) {
      quote(node.textValue(), out);
    } else {
      out.append(scalar(node));
    }
  }

  private static StringBuilder sep(StringBuilder out) {
    return out.append(", ");
  }

  private static int keyOrder(String a, String b) {
    int byLength =
        a.getBytes(StandardCharsets.UTF_8).length - b.getBytes(StandardCharsets.UTF_8).length;
    return byLength != 0 ? byLength : Order.text(a, b);
  }

  /** Numbers and words as Postgres prints them. */
  private static String scalar(JsonNode node) {
    if (!node.isNumber()) {
      return node.asText();
    }
    BigDecimal number = node.decimalValue();
    return (number.scale() < 0 ? number.setScale(0) : number).toPlainString();
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** What {@code ->>} gives: the bare text of a string, NULL for JSON null and for nothing. */
  static @Nullable String bare(@Nullable JsonNode node) {
    if (node == null || node.isNull()) {
      return null;
    }
    return node.isTextual() ? node.textValue() : text(node);
  }

  static @Nullable String json(@Nullable JsonNode node) {
    return node == null ? null : text(node);
  }

  static @Nullable JsonNode field(JsonNode node, String key) {
    return node.isObject() ? node.get(key) : null;
  }

  /** A scalar counts as an array of one, because that is how Postgres keeps it. */
  static @Nullable JsonNode element(JsonNode node, long index) {
    if (node.isObject()) {
      return null;
    }
    if (!node.isArray()) {
      return index == 0 || index == -1 ? node : null;
    }
    long place = index < 0 ? node.size() + index : index;
    return place < 0 || place >= node.size() ? null : node.get((int) place);
  }

  static @Nullable JsonNode path(JsonNode node, List<String> path) {
    JsonNode at = node;
    for (String step : path) {
      if (at == null) {
        return null;
      }
      at = at.isArray() ? element(at, step) : field(at, step);
    }
    return at;
  }

  private static @Nullable JsonNode element(JsonNode array, String step) {
    try {
      return element(array, Integer.parseInt(step.strip()));
    } catch (NumberFormatException notAnIndex) {
      return null;
    }
  }

  /** The elements of an array text, as in {@code {a,0,"b c"}}; {@code null} if it is none. */
  static @Nullable List<String> path(String text) {
    String trimmed = text.strip();
    if (!trimmed.startsWith("{") || !trimmed.endsWith("}") || trimmed.length() < 2) {
      return null;
    }
    List<String> steps = new ArrayList<>();
    String inner = trimmed.substring(1, trimmed.length() - 1);
    for (String step : inner.isBlank() ? new String[0] : inner.split(",", -1)) {
      String bare = step.strip();
      boolean quoted = bare.length() >= 2 && bare.startsWith("\"") && bare.endsWith("\"");
      String value = quoted ? bare.substring(1, bare.length() - 1) : bare;
      boolean odd = value.matches(".*[\\\\\"{}].*") || (!quoted && value.isEmpty());
      boolean nullWord = !quoted && value.equalsIgnoreCase("null");
      if (odd || nullWord) {
        return null;
      }
      steps.add(value);
    }
    return steps;
  }

  /** Whether {@code a} contains {@code b}. An array contains a scalar only at the top. */
  static boolean contains(JsonNode a, JsonNode b) {
    if (a.isArray() && !b.isContainerNode()) {
      return hasElement(a, b);
    }
    return below(a, b);
  }

  private static boolean below(JsonNode a, JsonNode b) {
    if (b.isObject()) {
      return a.isObject()
          && b.properties().stream()
              .allMatch(
                  field ->
                      a.get(field.getKey()) != null
                          && below(a.get(field.getKey()), field.getValue()));
    }
    if (b.isArray()) {
      if (!a.isArray()) {
        return false;
      }
      for (JsonNode wanted : b) {
        if (!hasElement(a, wanted)) {
          return false;
        }
      }
      return true;
    }
    return !a.isContainerNode() && equalScalars(a, b);
  }

  private static boolean hasElement(JsonNode array, JsonNode wanted) {
    for (JsonNode element : array) {
      if (element.getNodeType() == wanted.getNodeType() && below(element, wanted)) {
        return true;
      }
    }
    return false;
  }

  private static boolean equalScalars(JsonNode a, JsonNode b) {
    if (a.isNumber() && b.isNumber()) {
      return a.decimalValue().compareTo(b.decimalValue()) == 0;
    }
    return a.equals(b);
  }

  /** Whether a text is a key of an object, an element of an array, or the string itself. */
  static boolean exists(JsonNode node, String key) {
    if (node.isObject()) {
      return node.has(key);
    }
    if (node.isArray()) {
      for (JsonNode element : node) {
        if (element.isTextual() && element.textValue().equals(key)) {
          return true;
        }
      }
      return false;
    }
    return node.isTextual() && node.textValue().equals(key);
  }

  static String type(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> "object";
      case ARRAY -> "array";
      case STRING -> "string";
      case NUMBER -> "number";
      case BOOLEAN -> "boolean";
      default -> "null";
    };
  }
}

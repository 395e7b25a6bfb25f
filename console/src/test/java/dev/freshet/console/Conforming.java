package dev.freshet.console;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares an answer with the schema of the OpenAPI document, as far as that document uses schemas.
 */
final class Conforming {

  private Conforming() {}

  static List<String> problems(JsonNode document, JsonNode schema, JsonNode value, String at) {
    List<String> found = new ArrayList<>();
    if (schema.has("$ref")) {
      String name = schema.path("$ref").asText().replace("#/components/schemas/", "");
      return problems(document, document.path("components").path("schemas").path(name), value, at);
    }
    if (schema.has("anyOf")) {
      return value.isNull()
          ? List.of()
          : problems(document, schema.path("anyOf").path(0), value, at);
    }
    switch (schema.path("type").asText()) {
      case "array" -> {
        for (JsonNode item : value) {
          found.addAll(problems(document, schema.path("items"), item, at + "[]"));
        }
        expect(value.isArray(), at, schema, value, found);
      }
      case "integer" -> expect(value.isIntegralNumber(), at, schema, value, found);
      case "number" -> expect(value.isNumber(), at, schema, value, found);
      case "boolean" -> expect(value.isBoolean(), at, schema, value, found);
      case "string" -> expect(value.isTextual(), at, schema, value, found);
      default -> {
        expect(value.isObject(), at, schema, value, found);
        JsonNode properties = schema.path("properties");
        value
            .properties()
            .forEach(
                field -> {
                  if (properties.has(field.getKey())) {
                    found.addAll(
                        problems(
                            document,
                            properties.path(field.getKey()),
                            field.getValue(),
                            at + "." + field.getKey()));
                  } else if (schema.has("additionalProperties")) {
                    found.add(at + "." + field.getKey() + " is not in the document");
                  }
                });
        schema
            .path("required")
            .forEach(name -> expect(value.has(name.asText()), at, name, value, found));
      }
    }
    return found;
  }

  private static void expect(
      boolean holds, String at, JsonNode what, JsonNode value, List<String> found) {
    if (!holds) {
      found.add("%s: expected %s, found %s".formatted(at, what, value));
    }
  }
}

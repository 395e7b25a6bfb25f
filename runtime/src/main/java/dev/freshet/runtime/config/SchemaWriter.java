package dev.freshet.runtime.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;

/**
 * The JSON schema (draft 2020-12) of a config record, for editors. It accepts what the reader
 * accepts, except checks between settings. The same record gives the same text, byte for byte.
 */
public final class SchemaWriter {
  private static final String DRAFT = "https://json-schema.org/draft/2020-12/schema";
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Scalars scalars;

  public SchemaWriter(Scalars scalars) {
    this.scalars = scalars;
  }

  /** The schema with a title, indented by two spaces, ending in a line break. */
  public String write(String title, Class<?> recordType) {
    ObjectNode schema = JSON.objectNode();
    schema.put("$schema", DRAFT);
    schema.put("title", title);
    schema.setAll(of(Declaration.of(recordType, scalars)));
    ObjectNode expansion = schema.putObject("$defs").putObject("expansion");
    expansion.put("type", "string");
    expansion.put("description", "A value from outside: ${NAME}, ${NAME:-default}, ${file:/path}");
    expansion.put("pattern", "\\$\\{");
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(lines);
    printer.indentArraysWith(lines);
    try {
      return new ObjectMapper().writer(printer).writeValueAsString(schema) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON nodes could not be written", e);
    }
  }

  private static ObjectNode of(Shape shape) {
    if (shape instanceof Shape.One one) {
      return scalar(one.scalar());
    }
    if (shape instanceof Shape.Many many) {
      ObjectNode list = JSON.objectNode().put("type", "array");
      list.set("items", of(many.element()));
      return many.element() instanceof Shape.One one ? either(list, scalar(one.scalar())) : list;
    }
    if (shape instanceof Shape.Keyed keyed) {
      ObjectNode mapping = JSON.objectNode().put("type", "object");
      mapping.set("additionalProperties", of(keyed.value()));
      return mapping;
    }
    return group((Shape.Group) shape);
  }

  private static ObjectNode scalar(Scalar<?> scalar) {
    ObjectNode text = JSON.objectNode();
    if (!scalar.choices().isEmpty()) {
      var choices = text.putArray("enum");
      scalar.choices().forEach(choices::add);
      return orExpansion(text);
    }
    text.put("type", scalar.json().name().toLowerCase(Locale.ROOT));
    scalar.pattern().ifPresent(p -> text.put("pattern", p));
    boolean anyText = scalar.json() == Scalar.Json.STRING && scalar.pattern().isEmpty();
    return anyText ? text : orExpansion(text);
  }

  private static ObjectNode orExpansion(ObjectNode schema) {
    return either(schema, JSON.objectNode().put("$ref", "#/$defs/expansion"));
  }

  private static ObjectNode either(ObjectNode first, ObjectNode second) {
    ObjectNode either = JSON.objectNode();
    either.putArray("anyOf").add(first).add(second);
    return either;
  }

  private static ObjectNode group(Shape.Group group) {
    ObjectNode object = JSON.objectNode().put("type", "object");
    if (!group.doc().isEmpty()) {
      object.put("description", group.doc());
    }
    ObjectNode properties = object.putObject("properties");
    for (Shape.Field field : group.fields()) {
      ObjectNode property = of(field.shape());
      property.put("description", field.doc());
      byDefault(field).ifPresent(d -> property.set("default", d));
      field.example().ifPresent(e -> property.putArray("examples").add(e));
      properties.set(field.key(), property);
    }
    var required = JSON.arrayNode();
    group.fields().stream().filter(Shape.Field::required).forEach(f -> required.add(f.key()));
    if (!required.isEmpty()) {
      object.set("required", required);
    }
    object.put("additionalProperties", false);
    return group.shorthand().map(f -> either(object, of(f.shape()))).orElse(object);
  }

  /** Only what JSON can say; a default written in YAML's own way stays in the reference page. */
  private static Optional<JsonNode> byDefault(Shape.Field field) {
    if (field.shape() instanceof Shape.One one && one.scalar().json() == Scalar.Json.STRING) {
      return field.defaultText().map(JSON::textNode);
    }
    return field.defaultText().flatMap(SchemaWriter::parsed);
  }

  private static Optional<JsonNode> parsed(String text) {
    try {
      return Optional.of(new ObjectMapper().readTree(text));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}

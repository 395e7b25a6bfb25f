package dev.freshet.console.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/** The OpenAPI 3.1 document, made from the endpoints and the records they answer with. */
public final class OpenApi {

  private final ObjectNode document = JsonNodeFactory.instance.objectNode();
  private final TreeMap<String, ObjectNode> schemas = new TreeMap<>();

  private OpenApi() {}

  /** The document. */
  public static JsonNode of(List<Endpoint> endpoints) {
    OpenApi open = new OpenApi();
    open.document.put("openapi", "3.1.0");
    open.document
        .putObject("info")
        .put("title", "Freshet console")
        .put("version", "1")
        .put("description", "Durations are milliseconds, times UTC; errors are RFC 9457.");
    ObjectNode paths = open.document.putObject("paths");
    for (Endpoint endpoint : endpoints) {
      ObjectNode path =
          paths.has(endpoint.path())
              ? (ObjectNode) paths.get(endpoint.path())
              : paths.putObject(endpoint.path());
      open.operation(
          path.putObject(endpoint.method().toLowerCase(java.util.Locale.ROOT)), endpoint);
    }
    open.stream(paths.putObject("/api/v1/stream").putObject("get"));
    ObjectNode components = open.document.putObject("components");
    open.schema(ProblemAnswer.class);
    ObjectNode all = components.putObject("schemas");
    open.schemas.forEach(all::set);
    components
        .putObject("securitySchemes")
        .putObject("token")
        .put("type", "http")
        .put("scheme", "bearer");
    return open.document;
  }

  private void operation(ObjectNode into, Endpoint endpoint) {
    into.put("summary", endpoint.sentence());
    into.putArray("security").addObject().putArray("token");
    var parameters = into.putArray("parameters");
    for (Parameter parameter : endpoint.parameters()) {
      boolean inPath = parameter.kind() == Parameter.Kind.PATH;
      ObjectNode one =
          parameters
              .addObject()
              .put("name", parameter.name())
              .put("in", inPath ? "path" : "query")
              .put("required", inPath)
              .put("description", parameter.sentence());
      ObjectNode schema = one.putObject("schema");
      if (parameter.kind() == Parameter.Kind.NUMBER) {
        schema.put("type", "integer").put("minimum", 0).put("maximum", parameter.most());
        schema.put("default", Integer.parseInt(parameter.standard()));
        continue;
      }
      schema.put("type", "string");
      if (!parameter.standard().isEmpty()) {
        schema.put("default", parameter.standard());
      }
      if (!parameter.choices().isEmpty()) {
        parameter.choices().forEach(schema.putArray("enum")::add);
      }
    }
    if (endpoint.body() != Void.class) {
      content(into.putObject("requestBody").put("required", true), "application/json")
          .setAll(schema(endpoint.body()));
    }
    ObjectNode responses = into.putObject("responses");
    content(responses.putObject("200").put("description", "the answer"), "application/json")
        .setAll(schema(endpoint.answer()));
    problem(responses);
  }

  /** The one path that is no question with an answer: it goes on telling. */
  private void stream(ObjectNode into) {
    into.put("summary", "Server-sent events: how it is, once a second, and every invalidation.");
    into.putArray("security").addObject().putArray("token");
    into.putArray("parameters")
        .addObject()
        .put("name", "Last-Event-ID")
        .put("in", "header")
        .put("required", false)
        .put("description", "Where the reader stopped; what it missed comes first.")
        .putObject("schema")
        .put("type", "string");
    ObjectNode responses = into.putObject("responses");
    ObjectNode told = responses.putObject("200");
    told.put(
        "description",
        "the event status has a Status as its data, invalidation a Change; more says how many"
            + " invalidations are too many to tell, and after which");
    ObjectNode data = content(told, "text/event-stream");
    data.putArray("oneOf").add(schema(Status.class)).add(schema(Change.class)).add(more());
    problem(responses);
  }

  private static ObjectNode more() {
    ObjectNode more = JsonNodeFactory.instance.objectNode().put("type", "object");
    ObjectNode properties = more.putObject("properties");
    properties.putObject("more").put("type", "integer");
    properties.putObject("after").put("type", "integer");
    more.putArray("required").add("more").add("after");
    return more;
  }

  private void problem(ObjectNode responses) {
    content(
            responses.putObject("default").put("description", "a problem"),
            "application/problem+json")
        .setAll(schema(ProblemAnswer.class));
  }

  private static ObjectNode content(ObjectNode of, String type) {
    return of.putObject("content").putObject(type).putObject("schema");
  }

  private ObjectNode schema(Type type) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    if (type instanceof ParameterizedType many
        && Collection.class.isAssignableFrom((Class<?>) many.getRawType())) {
      schema.put("type", "array").set("items", schema(many.getActualTypeArguments()[0]));
    } else if (type instanceof Class<?> of && of.isRecord()) {
      record(of);
      schema.put("$ref", "#/components/schemas/" + of.getSimpleName());
    } else if (type instanceof Class<?> of && of.isEnum()) {
      var words = schema.put("type", "string").putArray("enum");
      for (Object constant : of.getEnumConstants()) {
        words.add(Answers.JSON.valueToTree(constant).asText());
      }
    } else {
      simple(schema, type);
    }
    return schema;
  }

  private static void simple(ObjectNode schema, Type type) {
    if (type == long.class || type == int.class || type == Long.class) {
      schema.put("type", "integer");
    } else if (type == double.class || type == Double.class) {
      schema.put("type", "number");
    } else if (type == boolean.class) {
      schema.put("type", "boolean");
    } else if (type == String.class) {
      schema.put("type", "string");
    } else {
      schema.put("type", "object");
    }
  }

  private void record(Class<?> of) {
    if (schemas.containsKey(of.getSimpleName())) {
      return;
    }
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
    schemas.put(of.getSimpleName(), schema);
    ObjectNode properties = schema.putObject("properties");
    var required = schema.putArray("required");
    for (RecordComponent component : of.getRecordComponents()) {
      String name = name(of, component);
      ObjectNode property = schema(component.getGenericType());
      if (isNullable(component)) {
        ObjectNode either = JsonNodeFactory.instance.objectNode();
        either.putArray("anyOf").add(property).addObject().put("type", "null");
        property = either;
      } else if (of != ProblemAnswer.class) {
        required.add(name);
      }
      properties.set(name, property);
    }
    schema.put("additionalProperties", false);
  }

  private static String name(Class<?> of, RecordComponent component) {
    return of == ProblemAnswer.class
        ? component.getName()
        : PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.getName());
  }

  private static boolean isNullable(RecordComponent component) {
    return component
        .getAnnotatedType()
        .isAnnotationPresent(org.jspecify.annotations.Nullable.class);
  }
}

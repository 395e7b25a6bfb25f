package dev.freshet.ingest.requests;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads OTLP's trace requests in JSON, which is protobuf's JSON mapping but for trace ids in
 * hexadecimal; 64-bit numbers may be texts, enums are numbers (names are understood as well).
 */
final class OtlpJson {

  private static final int MAX_NESTING = 100;
  private static final int SPAN_KIND_SERVER = 2;
  private static final int STATUS_CODE_ERROR = 2;

  private static final ObjectMapper JSON =
      new ObjectMapper(
          new JsonFactoryBuilder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
              .build());

  private OtlpJson() {}

  /** Shows every span of kind SERVER. */
  static void read(byte[] body, Consumer<ServerSpan> spans) throws Refusal {
    JsonNode request;
    try {
      request = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw Refusal.forGood(400, "not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw Refusal.forGood(400, "not JSON: " + e.getMessage());
    }
    if (!request.isObject()) {
      throw Refusal.forGood(400, "an ExportTraceServiceRequest is a JSON object");
    }
    for (JsonNode resource : request.path("resourceSpans")) {
      String service =
          attributes(resource.path("resource").path("attributes")).getOrDefault("service.name", "");
      for (JsonNode scope : resource.path("scopeSpans")) {
        for (JsonNode span : scope.path("spans")) {
          if (isEnum(span.path("kind"), SPAN_KIND_SERVER, "SPAN_KIND_SERVER")) {
            spans.accept(serverSpan(service, span));
          }
        }
      }
    }
  }

  private static ServerSpan serverSpan(String service, JsonNode span) {
    return new ServerSpan(
        service,
        span.path("name").asText(""),
        span.path("startTimeUnixNano").asLong(-1),
        span.path("endTimeUnixNano").asLong(-1),
        isEnum(span.path("status").path("code"), STATUS_CODE_ERROR, "STATUS_CODE_ERROR"),
        span.path("traceId").asText("").toLowerCase(Locale.ROOT),
        span.path("traceState").asText(""),
        attributes(span.path("attributes")));
  }

  private static boolean isEnum(JsonNode node, int number, String name) {
    return node.isNumber() ? node.asInt() == number : node.asText("").equals(name);
  }

  private static Map<String, String> attributes(JsonNode list) {
    Map<String, String> attributes = new HashMap<>();
    for (JsonNode attribute : list) {
      JsonNode value = attribute.path("value");
      for (String kind : new String[] {"stringValue", "intValue", "boolValue"}) {
        if (value.path(kind).isValueNode()) {
          attributes.put(attribute.path("key").asText(""), value.path(kind).asText());
        }
      }
    }
    return attributes;
  }
}

package dev.freshet.events;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of {@code <ns>.health}. Fields a reader does not know are skipped. Thread-safe.
 *
 * <pre>{@code
 * ["redis","cache:6379"]
 * {"component":"redis","instance":"cache:6379","time_ms":1767225720000,"every_ms":10000,
 *  "level":"warn","problem":"","gauges":[{"name":"memory_used_ratio","labels":{},"value":0.82,
 *  "level":"warn"}]}
 * }</pre>
 */
public final class HealthReportJson {

  private static final int BYTES = 2048;

  private HealthReportJson() {}

  /** The key of a part: a JSON array of component and instance. */
  public static byte[] key(String component, String instance) {
    return JsonBytes.array(component, instance);
  }

  /** The report as UTF-8 JSON. */
  public static byte[] write(HealthReport report) {
    return JsonBytes.of(
        BYTES,
        json -> {
          json.writeStartObject();
          json.writeStringField("component", report.component());
          json.writeStringField("instance", report.instance());
          json.writeNumberField("time_ms", report.timeMillis());
          json.writeNumberField("every_ms", report.everyMillis());
          json.writeStringField("level", name(report.level()));
          json.writeStringField("problem", report.problem());
          json.writeArrayFieldStart("gauges");
          for (HealthReport.Gauge gauge : report.gauges()) {
            json.writeStartObject();
            json.writeStringField("name", gauge.name());
            json.writeObjectFieldStart("labels");
            for (Map.Entry<String, String> label : gauge.labels().entrySet()) {
              json.writeStringField(label.getKey(), label.getValue());
            }
            json.writeEndObject();
            json.writeNumberField("value", gauge.value());
            json.writeStringField("level", name(gauge.level()));
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static String name(HealthReport.Level level) {
    return level.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads what {@link #write} writes.
   *
   * @throws MalformedEventException when the value is something else
   */
  public static HealthReport parse(byte @Nullable [] value) throws MalformedEventException {
    if (value == null) {
      throw new MalformedEventException("a report has a value, found null");
    }
    String component = "";
    String instance = "";
    long time = 0;
    long every = 0;
    String problem = "";
    List<HealthReport.Gauge> gauges = List.of();
    try (JsonParser json = JsonBytes.JSON.createParser(value)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "component" -> component = json.getText();
          case "instance" -> instance = json.getText();
          case "time_ms" -> time = json.getLongValue();
          case "every_ms" -> every = json.getLongValue();
          case "problem" -> problem = json.getText();
          case "gauges" -> gauges = gauges(json);
          default -> json.skipChildren();
        }
      }
      if (component.isEmpty() || instance.isEmpty()) {
        throw new MalformedEventException("a report names its \"component\" and \"instance\"");
      }
      return new HealthReport(component, instance, time, every, problem, gauges);
    } catch (IOException | IllegalArgumentException notOurs) {
      throw new MalformedEventException("not a report: " + notOurs.getMessage());
    }
  }

  private static List<HealthReport.Gauge> gauges(JsonParser json)
      throws IOException, MalformedEventException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new MalformedEventException("\"gauges\" is an array");
    }
    List<HealthReport.Gauge> gauges = new ArrayList<>();
    while (json.nextToken() == JsonToken.START_OBJECT) {
      String name = "";
      Map<String, String> labels = Map.of();
      double number = 0;
      String level = "ok";
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "name" -> name = json.getText();
          case "labels" -> labels = labels(json);
          case "value" -> number = json.getDoubleValue();
          case "level" -> level = json.getText();
          default -> json.skipChildren();
        }
      }
      gauges.add(
          new HealthReport.Gauge(
              name, labels, number, HealthReport.Level.valueOf(level.toUpperCase(Locale.ROOT))));
    }
    return gauges;
  }

  private static Map<String, String> labels(JsonParser json) throws IOException {
    Map<String, String> labels = new TreeMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String label = json.currentName();
      json.nextToken();
      labels.put(label, json.getText());
    }
    return labels;
  }
}

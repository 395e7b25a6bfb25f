package dev.freshet.events;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of {@code <ns>.latency} and {@code <ns>.latency-minutes}. Fields a reader does not know
 * are skipped. Thread-safe.
 *
 * <pre>{@code
 * ["shop","/orders/{id}","5m"]
 * {"service":"shop","route":"/orders/{id}","window":"5m","from_ms":1767225300000,
 *  "as_of_ms":1767225600000,"watermark_ms":1767225601200,"count":1200,"rate":4.0,"errors":1,
 *  "error_rate":8.3E-4,"hits":900,"misses":100,"hit_rate":0.9,"late":2,"clamped":0,"avg_ms":12.5,
 *  "p50_ms":9.1,"p90_ms":20.4,"p95_ms":31.0,"p99_ms":80.2,"p999_ms":140.6,"max_ms":141.0}
 *
 * ["shop","/orders/{id}",1767225600000]
 * {"service":"shop","route":"/orders/{id}","minute_ms":1767225600000,"count":240,"errors":1,
 *  "hits":180,"misses":20,"late":0,"clamped":0,"sum_us":3000000,"sketch":"AQCA…"}
 * }</pre>
 */
public final class LatencyJson {

  private static final int ROW_BYTES = 512;

  private LatencyJson() {}

  /** The key of a row: a JSON array of service, route and window. */
  public static byte[] key(String service, String route, String window) {
    return JsonBytes.of(ROW_BYTES, json -> names(json, service, route).writeString(window));
  }

  /** The key of a minute: a JSON array of service, route and its beginning. */
  public static byte[] key(String service, String route, long minuteMillis) {
    return JsonBytes.of(ROW_BYTES, json -> names(json, service, route).writeNumber(minuteMillis));
  }

  private static JsonGenerator names(JsonGenerator json, String service, String route)
      throws IOException {
    json.writeStartArray();
    json.writeString(service);
    json.writeString(route);
    return json;
  }

  /** The row as UTF-8 JSON. */
  public static byte[] write(LatencyRow row) {
    return JsonBytes.of(
        ROW_BYTES,
        json -> {
          json.writeStartObject();
          json.writeStringField("service", row.service());
          json.writeStringField("route", row.route());
          json.writeStringField("window", row.window());
          json.writeNumberField("from_ms", row.fromMillis());
          json.writeNumberField("as_of_ms", row.asOfMillis());
          json.writeNumberField("watermark_ms", row.watermarkMillis());
          json.writeNumberField("count", row.counts().total());
          json.writeNumberField("rate", rounded(row.rate()));
          json.writeNumberField("errors", row.counts().errors());
          ratio(json, "error_rate", row.counts().errorRate());
          json.writeNumberField("hits", row.counts().hits());
          json.writeNumberField("misses", row.counts().misses());
          ratio(json, "hit_rate", row.counts().hitRate());
          json.writeNumberField("late", row.counts().late());
          json.writeNumberField("clamped", row.counts().clamped());
          LatencyRow.Latencies latencies = row.latencies();
          millis(json, "avg_ms", latencies == null ? -1 : latencies.avg());
          millis(json, "p50_ms", latencies == null ? -1 : latencies.p50());
          millis(json, "p90_ms", latencies == null ? -1 : latencies.p90());
          millis(json, "p95_ms", latencies == null ? -1 : latencies.p95());
          millis(json, "p99_ms", latencies == null ? -1 : latencies.p99());
          millis(json, "p999_ms", latencies == null ? -1 : latencies.p999());
          millis(json, "max_ms", latencies == null ? -1 : latencies.max());
          json.writeEndObject();
        });
  }

  /** The minute as UTF-8 JSON. */
  public static byte[] write(LatencyMinute minute) {
    return JsonBytes.of(
        ROW_BYTES,
        json -> {
          json.writeStartObject();
          json.writeStringField("service", minute.service());
          json.writeStringField("route", minute.route());
          json.writeNumberField("minute_ms", minute.minuteMillis());
          json.writeNumberField("count", minute.counts().total());
          json.writeNumberField("errors", minute.counts().errors());
          json.writeNumberField("hits", minute.counts().hits());
          json.writeNumberField("misses", minute.counts().misses());
          json.writeNumberField("late", minute.counts().late());
          json.writeNumberField("clamped", minute.counts().clamped());
          json.writeNumberField("sum_us", minute.latencies().sumMicros());
          json.writeFieldName("sketch");
          byte[] sketch = minute.latencies().toBytes();
          json.writeBinary(Base64Variants.MIME_NO_LINEFEEDS, sketch, 0, sketch.length);
          json.writeEndObject();
        });
  }

  private static void ratio(JsonGenerator json, String name, double ratio) throws IOException {
    if (Double.isNaN(ratio)) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, rounded(ratio));
    }
  }

  private static double rounded(double value) {
    return value < 1e12 ? Math.round(value * 1e6) / 1e6 : value;
  }

  private static void millis(JsonGenerator json, String name, long nanos) throws IOException {
    if (nanos < 0) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, nanos / 1e6);
    }
  }

  /**
   * Reads a row.
   *
   * @throws MalformedEventException when the value is something else
   */
  public static LatencyRow parseRow(byte @Nullable [] value) throws MalformedEventException {
    Fields fields = Fields.read(value);
    if (fields.window == null) {
      throw new MalformedEventException("no \"window\": not a row of latencies");
    }
    return new LatencyRow(
        fields.service(),
        fields.route(),
        fields.window,
        fields.from,
        fields.asOf,
        fields.watermark,
        fields.counts(),
        fields.total == 0
            ? null
            : new LatencyRow.Latencies(
                fields.avg,
                fields.p50,
                fields.p90,
                fields.p95,
                fields.p99,
                fields.p999,
                fields.max));
  }

  /**
   * Reads a minute.
   *
   * @throws MalformedEventException when the value is something else
   */
  public static LatencyMinute parseMinute(byte @Nullable [] value) throws MalformedEventException {
    Fields fields = Fields.read(value);
    if (fields.sketch == null || fields.minute < 0) {
      throw new MalformedEventException(
          "no \"sketch\" or \"minute_ms\": not a minute of latencies");
    }
    return new LatencyMinute(
        fields.service(),
        fields.route(),
        fields.minute,
        fields.counts(),
        ExponentialHistogram.parse(fields.sketch));
  }

  /** What was found in an object of either kind. */
  private static final class Fields {
    private @Nullable String service;
    private @Nullable String route;
    private @Nullable String window;
    private byte @Nullable [] sketch;
    private long minute = -1;
    private long from;
    private long asOf;
    private long watermark;
    private long total;
    private long errors;
    private long hits;
    private long misses;
    private long late;
    private long clamped;
    private long avg;
    private long p50;
    private long p90;
    private long p95;
    private long p99;
    private long p999;
    private long max;

    static Fields read(byte @Nullable [] value) throws MalformedEventException {
      if (value == null) {
        throw new MalformedEventException("latencies have a value, found null");
      }
      Fields fields = new Fields();
      try (JsonParser json = JsonBytes.JSON.createParser(value)) {
        json.nextToken();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          json.nextToken();
          fields.take(name, json);
        }
      } catch (IOException notOurs) {
        throw new MalformedEventException("not JSON of latencies: " + notOurs.getMessage());
      }
      return fields;
    }

    private void take(String name, JsonParser json) throws IOException {
      switch (name) {
        case "service" -> service = json.getText();
        case "route" -> route = json.getText();
        case "window" -> window = json.getText();
        case "sketch" -> sketch = json.getBinaryValue(Base64Variants.MIME_NO_LINEFEEDS);
        case "minute_ms" -> minute = json.getLongValue();
        case "from_ms" -> from = json.getLongValue();
        case "as_of_ms" -> asOf = json.getLongValue();
        case "watermark_ms" -> watermark = json.getLongValue();
        case "count" -> total = json.getLongValue();
        case "errors" -> errors = json.getLongValue();
        case "hits" -> hits = json.getLongValue();
        case "misses" -> misses = json.getLongValue();
        case "late" -> late = json.getLongValue();
        case "clamped" -> clamped = json.getLongValue();
        case "avg_ms" -> avg = nanos(json);
        case "p50_ms" -> p50 = nanos(json);
        case "p90_ms" -> p90 = nanos(json);
        case "p95_ms" -> p95 = nanos(json);
        case "p99_ms" -> p99 = nanos(json);
        case "p999_ms" -> p999 = nanos(json);
        case "max_ms" -> max = nanos(json);
        default -> json.skipChildren();
      }
    }

    private static long nanos(JsonParser json) throws IOException {
      return json.currentToken() == JsonToken.VALUE_NULL
          ? 0
          : Math.round(json.getDoubleValue() * 1e6);
    }

    String service() throws MalformedEventException {
      return required("service", service);
    }

    String route() throws MalformedEventException {
      return required("route", route);
    }

    private static String required(String name, @Nullable String found)
        throws MalformedEventException {
      if (found == null) {
        throw new MalformedEventException("no \"%s\" in latencies".formatted(name));
      }
      return found;
    }

    RequestCounts counts() {
      return new RequestCounts(total, errors, hits, misses, late, clamped);
    }
  }
}

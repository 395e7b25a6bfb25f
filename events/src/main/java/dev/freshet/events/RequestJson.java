package dev.freshet.events;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * The JSON of one request event.
 *
 * <pre>{@code
 * {"time":"2026-11-22T10:00:00.123Z","service":"shop","route":"/orders/{id}","method":"GET",
 *  "status":200,"duration_ms":12.5,"cache":"l2","weight":1,"trace_id":"4bf92f…"}
 * }</pre>
 */
public final class RequestJson {

  private RequestJson() {}

  /** The event as UTF-8 JSON on one line, without its end. */
  public static byte[] write(RequestEvent event) {
    return JsonBytes.of(
        256,
        json -> {
          json.writeStartObject();
          json.writeStringField("time", Instant.ofEpochMilli(event.timeMillis()).toString());
          json.writeStringField("service", event.service());
          json.writeStringField("route", event.route());
          json.writeStringField("method", event.method().text());
          json.writeNumberField("status", event.status());
          json.writeNumberField("duration_ms", BigDecimal.valueOf(event.durationNanos(), 6));
          json.writeStringField("cache", event.cache().text());
          json.writeNumberField("weight", event.weight());
          if (!event.traceId().isEmpty()) {
            json.writeStringField("trace_id", event.traceId());
          }
          json.writeEndObject();
        });
  }
}

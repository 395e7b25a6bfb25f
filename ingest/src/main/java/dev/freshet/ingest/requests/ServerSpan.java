package dev.freshet.ingest.requests;

import dev.freshet.events.CacheOutcome;
import dev.freshet.events.HttpMethod;
import dev.freshet.events.RequestEvent;
import dev.freshet.events.SamplingWeight;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One OpenTelemetry span of kind SERVER.
 *
 * @param service the resource's {@code service.name}; empty when it has none
 * @param name the span's name, of low cardinality by the semantic conventions
 * @param startNanos since 1970, unsigned
 * @param endNanos since 1970, unsigned
 * @param failed whether the span's status is ERROR
 * @param traceId hexadecimal; empty when there is none
 * @param traceState the W3C tracestate
 * @param attributes those with a value that is a text, a number or a boolean, as text
 */
record ServerSpan(
    String service,
    String name,
    long startNanos,
    long endNanos,
    boolean failed,
    String traceId,
    String traceState,
    Map<String, String> attributes) {

  /** What the SDKs of OpenTelemetry call a service that was given no name. */
  private static final String UNKNOWN_SERVICE = "unknown_service";

  private static final int SERVER_ERROR = 500;

  /**
   * The span as a request.
   *
   * @throws IllegalArgumentException with the reason when it cannot be one
   */
  RequestEvent toEvent() {
    long timeMillis = endNanos / 1_000_000;
    long durationNanos = endNanos - startNanos;
    if (startNanos < 0 || endNanos < startNanos) {
      throw new IllegalArgumentException(
          "a span ends after it starts, found %s to %s"
              .formatted(Long.toUnsignedString(startNanos), Long.toUnsignedString(endNanos)));
    }
    String method = attribute("http.request.method", "http.method");
    String trace = traceId.length() <= RequestEvent.MAX_TRACE_ID_BYTES ? traceId : "";
    double weight = Math.min(TraceState.weight(traceState), RequestEvent.MAX_WEIGHT);
    return new RequestEvent(
        timeMillis,
        service.isEmpty() ? UNKNOWN_SERVICE : clipped(service, RequestEvent.MAX_SERVICE_BYTES),
        route(method != null),
        HttpMethod.of(method == null ? "" : method),
        status(),
        durationNanos,
        cache(),
        SamplingWeight.whole(weight, timeMillis, durationNanos, trace),
        trace);
  }

  /** Without a route, HTTP was not matched; what is not HTTP has a name that is as good. */
  private String route(boolean http) {
    String route = attribute("http.route");
    String given = route != null ? route : http || name.isEmpty() ? RequestEvent.UNMATCHED : name;
    int query = given.indexOf('?');
    String template = query < 0 ? given : given.substring(0, query);
    return template.isEmpty() ? RequestEvent.UNMATCHED : template;
  }

  private int status() {
    String text = attribute("http.response.status_code", "http.status_code");
    if (text != null && text.matches("[1-5][0-9]{2}")) {
      return Integer.parseInt(text);
    }
    return failed ? SERVER_ERROR : 0;
  }

  private CacheOutcome cache() {
    String text = attribute("freshet.cache");
    CacheOutcome outcome = text == null ? null : CacheOutcome.of(text);
    return outcome == null ? CacheOutcome.NONE : outcome;
  }

  private @Nullable String attribute(String... names) {
    for (String attribute : names) {
      String value = attributes.get(attribute);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  /** Names come from a resource shared by many spans: a long one is no reason to lose them all. */
  private static String clipped(String text, int maxBytes) {
    String clipped = text;
    while (clipped.getBytes(StandardCharsets.UTF_8).length > maxBytes) {
      clipped = clipped.substring(0, clipped.offsetByCodePoints(clipped.length(), -1));
    }
    return clipped;
  }
}

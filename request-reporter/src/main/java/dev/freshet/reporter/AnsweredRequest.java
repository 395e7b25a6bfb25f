package dev.freshet.reporter;

/**
 * One request that an application has answered. What is out of range is rejected at the other end
 * and counted by {@link RequestReporter#rejected}.
 *
 * @param timeMillis when it was answered, milliseconds since 1970
 * @param route the template, {@code /orders/{id}} and not {@code /orders/17}; empty when none
 *     matched
 * @param method the request method
 * @param status the HTTP status; 0 for none
 * @param durationNanos how long it took
 * @param cache what the caches did: {@code l1}, {@code l2}, {@code l3}, {@code miss}, {@code
 *     bypass}, or {@code none}
 * @param traceId the trace to look at; empty for none
 */
public record AnsweredRequest(
    long timeMillis,
    String route,
    String method,
    int status,
    long durationNanos,
    String cache,
    String traceId) {

  /** The request as one line of JSON, without its end. */
  void writeTo(StringBuilder out, String service) {
    out.append("{\"time\":").append(timeMillis).append(",\"service\":");
    text(out, service);
    if (!route.isEmpty()) {
      out.append(",\"route\":");
      text(out, route);
    }
    out.append(",\"method\":");
    text(out, method);
    out.append(",\"status\":").append(status).append(",\"duration_ms\":");
    // A decimal fraction by hand: a double would come out with an exponent below a microsecond.
    out.append(durationNanos / 1_000_000).append('.');
    String fraction = Long.toString(1_000_000 + Math.abs(durationNanos % 1_000_000));
    out.append(fraction, 1, fraction.length());
    if (!cache.isEmpty()) {
      out.append(",\"cache\":");
      text(out, cache);
    }
    if (!traceId.isEmpty()) {
      out.append(",\"trace_id\":");
      text(out, traceId);
    }
    out.append('}');
  }

  private static void text(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}

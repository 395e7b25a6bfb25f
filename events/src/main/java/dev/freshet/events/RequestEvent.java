package dev.freshet.events;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One answered request, as its server saw it.
 *
 * @param timeMillis when the answer was sent, milliseconds since 1970; {@link #MIN_TIME_MILLIS} to
 *     {@link #MAX_TIME_MILLIS}
 * @param service who answered; 1 to {@link #MAX_SERVICE_BYTES} bytes of UTF-8, no control
 *     characters
 * @param route the template, {@code /orders/{id}} and not {@code /orders/17}; 1 to {@link
 *     #MAX_ROUTE_BYTES} bytes of UTF-8, no control characters, no query string
 * @param method the request method
 * @param status the HTTP status, 100 to 599; 0 when there was none
 * @param durationNanos how long it took, 0 to {@link #MAX_DURATION_NANOS}
 * @param cache what the caches did
 * @param weight how many requests this one stands for when the sender samples; 1 to {@link
 *     #MAX_WEIGHT}
 * @param traceId the trace to look at, up to {@link #MAX_TRACE_ID_BYTES} ASCII letters, digits,
 *     {@code -} and {@code _}; empty when there is none
 */
public record RequestEvent(
    long timeMillis,
    String service,
    String route,
    HttpMethod method,
    int status,
    long durationNanos,
    CacheOutcome cache,
    int weight,
    String traceId) {

  /**
   * 2000-01-01: an earlier time is a clock that was never set, or seconds taken for milliseconds.
   */
  public static final long MIN_TIME_MILLIS = 946_684_800_000L;

  /** 2100-01-01, excluded: a later one is microseconds taken for milliseconds. */
  public static final long MAX_TIME_MILLIS = 4_102_444_800_000L;

  /** The longest name of a service. */
  public static final int MAX_SERVICE_BYTES = 100;

  /** The longest route; what is longer is a path with its values in it, not a template. */
  public static final int MAX_ROUTE_BYTES = 300;

  /** One day. What takes longer is a stream, not a request. */
  public static final long MAX_DURATION_NANOS = 86_400_000_000_000L;

  /** The highest sampling weight. */
  public static final int MAX_WEIGHT = 1_000_000;

  /** The longest trace id; W3C trace ids have 32 hexadecimal digits. */
  public static final int MAX_TRACE_ID_BYTES = 64;

  /**
   * The service whose routes are Freshet's own stages, as {@code commit-to-delete}. They are no
   * requests: no total counts them.
   */
  public static final String FRESHET = "freshet";

  /** The route of a request that no route of the application matched. */
  public static final String UNMATCHED = "_unmatched";

  /** Checks every field; an {@link IllegalArgumentException} says which one is wrong. */
  public RequestEvent {
    String problem =
        problem(timeMillis, status, durationNanos, weight)
            .concat(problem("service", service, MAX_SERVICE_BYTES))
            .concat(problem("route", route, MAX_ROUTE_BYTES));
    if (!problem.isEmpty()) {
      throw new IllegalArgumentException(problem);
    }
    if (route.indexOf('?') >= 0) {
      throw new IllegalArgumentException("route: a template has no query string: " + route);
    }
    if (!isTraceId(traceId)) {
      throw new IllegalArgumentException("trace_id: " + RequestFields.TRACE_ID_FORM);
    }
  }

  /** Whether the server failed: status 500 and above. */
  public boolean isError() {
    return status >= 500;
  }

  private static String problem(long timeMillis, int status, long durationNanos, int weight) {
    @Nullable String problem = RequestFields.problem(timeMillis, status, durationNanos, weight);
    return problem == null ? "" : problem;
  }

  private static String problem(String field, String text, int maxBytes) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > maxBytes) {
      return field + ": 1 to " + maxBytes + " bytes are expected, found " + bytes + ". ";
    }
    return text.chars().anyMatch(c -> c < ' ') ? field + ": holds a control character. " : "";
  }

  private static boolean isTraceId(String text) {
    return text.length() <= MAX_TRACE_ID_BYTES
        && text.chars().allMatch(c -> c < 128 && RequestFields.isTraceIdByte((byte) c));
  }
}

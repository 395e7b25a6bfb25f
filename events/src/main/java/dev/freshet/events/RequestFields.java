package dev.freshet.events;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the event a {@link RequestReader} has just read: one object for all events, so that
 * reading makes no garbage. Valid until the sink's method returns; {@link #toEvent} makes a copy
 * that lasts. Not thread-safe.
 */
public final class RequestFields {

  static final String TRACE_ID_FORM =
      "up to " + RequestEvent.MAX_TRACE_ID_BYTES + " of A-Z a-z 0-9 - _ are expected";

  private static final byte[] UNMATCHED =
      RequestEvent.UNMATCHED.getBytes(StandardCharsets.US_ASCII);
  private static final long ABSENT = -1;

  private final Utf8 service = new Utf8();
  private final Utf8 route = new Utf8();
  private final Utf8 traceId = new Utf8();
  private HttpMethod method = HttpMethod.OTHER;
  private CacheOutcome cache = CacheOutcome.NONE;
  private long timeMillis;
  private long status;
  private long durationNanos;
  private int weight;
  private double fractionalWeight;

  RequestFields() {}

  /** As {@link RequestEvent#timeMillis}. */
  public long timeMillis() {
    return timeMillis;
  }

  /**
   * As {@link RequestEvent#service}. In a binary batch, equal names have equal offsets within one
   * value.
   */
  public Utf8 service() {
    return service;
  }

  /** As {@link RequestEvent#route}; offsets as with {@link #service}. */
  public Utf8 route() {
    return route;
  }

  /** As {@link RequestEvent#method}. */
  public HttpMethod method() {
    return method;
  }

  /** As {@link RequestEvent#status}. */
  public int status() {
    return (int) status;
  }

  /** As {@link RequestEvent#durationNanos}. */
  public long durationNanos() {
    return durationNanos;
  }

  /** As {@link RequestEvent#cache}. */
  public CacheOutcome cache() {
    return cache;
  }

  /**
   * As {@link RequestEvent#weight}. A fraction that stood in the JSON is rounded up with the
   * probability of its fraction, by a hash of the event: sums are right on average, and reading the
   * same record again gives the same number.
   */
  public int weight() {
    return weight;
  }

  /** As {@link RequestEvent#traceId}. */
  public Utf8 traceId() {
    return traceId;
  }

  /** As {@link RequestEvent#isError}. */
  public boolean isError() {
    return status >= 500;
  }

  /** A copy that lasts. */
  public RequestEvent toEvent() {
    return new RequestEvent(
        timeMillis,
        service.toString(),
        route.toString(),
        method,
        status(),
        durationNanos,
        cache,
        weight,
        traceId.toString());
  }

  void reset(long receivedMillis) {
    timeMillis = receivedMillis;
    service.clear();
    route.set(UNMATCHED, 0, UNMATCHED.length);
    traceId.clear();
    method = HttpMethod.OTHER;
    cache = CacheOutcome.NONE;
    status = 0;
    durationNanos = ABSENT;
    fractionalWeight = 1;
  }

  void timeMillis(long millis) {
    timeMillis = millis;
  }

  void method(HttpMethod method) {
    this.method = method;
  }

  void cache(CacheOutcome cache) {
    this.cache = cache;
  }

  void status(long status) {
    this.status = status;
  }

  void durationNanos(long nanos) {
    durationNanos = nanos;
  }

  void weight(double weight) {
    fractionalWeight = weight;
  }

  void route(byte[] bytes, int offset, int length) {
    route.set(bytes, offset, withoutQuery(bytes, offset, length));
  }

  /** A route whose query string is already gone. */
  void routeTemplate(byte[] bytes, int offset, int length) {
    route.set(bytes, offset, length);
  }

  void unmatched() {
    route.set(UNMATCHED, 0, UNMATCHED.length);
  }

  static int withoutQuery(byte[] bytes, int offset, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[offset + i] == '?') {
        return i;
      }
    }
    return length;
  }

  /** What is wrong with the event, null when nothing is; call it once, after the last field. */
  @Nullable String problem() {
    if (service.length() - 1 >= RequestEvent.MAX_SERVICE_BYTES || service.isEmpty()) {
      return length("service", service, RequestEvent.MAX_SERVICE_BYTES);
    }
    if (route.length() - 1 >= RequestEvent.MAX_ROUTE_BYTES || route.isEmpty()) {
      return length("route", route, RequestEvent.MAX_ROUTE_BYTES)
          + "; a route is a template, without the values and the query string of the path";
    }
    if (durationNanos == ABSENT) {
      return "duration_ms: is missing";
    }
    String traceProblem = traceId.isEmpty() ? null : traceIdProblem();
    if (traceProblem != null) {
      return traceProblem;
    }
    if (!(fractionalWeight >= 1 && fractionalWeight <= RequestEvent.MAX_WEIGHT)) {
      return "weight: 1 to %d is expected, found %s"
          .formatted(RequestEvent.MAX_WEIGHT, fractionalWeight);
    }
    weight =
        SamplingWeight.whole(
            fractionalWeight,
            timeMillis,
            durationNanos,
            traceId.bytes(),
            traceId.offset(),
            traceId.length());
    return problem(timeMillis, status, durationNanos, weight);
  }

  static @Nullable String problem(long timeMillis, long status, long durationNanos, int weight) {
    if (timeMillis < RequestEvent.MIN_TIME_MILLIS || timeMillis >= RequestEvent.MAX_TIME_MILLIS) {
      return ("time: 2000 to 2099 is expected, in ISO 8601 or in milliseconds since 1970,"
              + " found %d ms")
          .formatted(timeMillis);
    }
    if (status != 0 && (status < 100 || status > 599)) {
      return "status: 100 to 599 is expected, or 0 for none, found " + status;
    }
    if (durationNanos < 0 || durationNanos > RequestEvent.MAX_DURATION_NANOS) {
      return "duration_ms: 0 to %d is expected, found %s"
          .formatted(RequestEvent.MAX_DURATION_NANOS / 1_000_000, durationNanos / 1e6);
    }
    if (weight < 1 || weight > RequestEvent.MAX_WEIGHT) {
      return "weight: 1 to %d is expected, found %d".formatted(RequestEvent.MAX_WEIGHT, weight);
    }
    return null;
  }

  static boolean isTraceIdByte(byte b) {
    return (b >= '0' && b <= '9')
        || (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || b == '-'
        || b == '_';
  }

  private @Nullable String traceIdProblem() {
    if (traceId.length() > RequestEvent.MAX_TRACE_ID_BYTES) {
      return "trace_id: " + TRACE_ID_FORM + ", found " + traceId.length();
    }
    for (int i = 0; i < traceId.length(); i++) {
      if (!isTraceIdByte(traceId.bytes()[traceId.offset() + i])) {
        return "trace_id: " + TRACE_ID_FORM;
      }
    }
    return null;
  }

  private static String length(String field, Utf8 text, int maxBytes) {
    return text.isEmpty()
        ? field + ": is missing or empty"
        : "%s: at most %d bytes are expected, found %d".formatted(field, maxBytes, text.length());
  }
}

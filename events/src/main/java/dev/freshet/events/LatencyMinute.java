package dev.freshet.events;

/**
 * One route in one minute of event time: a record of {@code <ns>.latency-minutes}, written when the
 * minute closes and again, with all its requests, whenever late ones were added. Minutes without
 * requests have no record.
 *
 * @param service as in {@link LatencyRow}
 * @param route as in {@link LatencyRow}
 * @param minuteMillis where the minute begins, milliseconds since 1970
 * @param counts how many requests
 * @param latencies how long they took; mergeable with other minutes, and not to be changed
 */
public record LatencyMinute(
    String service,
    String route,
    long minuteMillis,
    RequestCounts counts,
    ExponentialHistogram latencies) {}

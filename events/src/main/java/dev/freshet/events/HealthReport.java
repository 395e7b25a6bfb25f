package dev.freshet.events;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How one part of the system is, as figures.
 *
 * @param component what it is: {@code process}, {@code kafka}, {@code redis}, {@code postgres} or
 *     {@code pgbouncer}
 * @param instance which one: an address, or host and process id
 * @param timeMillis when it was looked at, milliseconds since 1970
 * @param everyMillis when to expect the next report; one that is three times as old is out of date
 * @param problem why it could not be looked at; empty when it could
 * @param gauges the figures; none when there is a problem
 */
public record HealthReport(
    String component,
    String instance,
    long timeMillis,
    long everyMillis,
    String problem,
    List<Gauge> gauges) {

  /** A report so many times as old as the next one was due is out of date. */
  private static final int LATE = 3;

  public HealthReport {
    gauges = List.copyOf(gauges);
  }

  /** What a figure, or the worst of several, means. */
  public enum Level {
    OK,
    WARN,
    CRITICAL
  }

  /**
   * One figure.
   *
   * @param name what is counted, with its unit at the end where it has one: {@code
   *     memory_used_bytes}
   * @param labels what tells it from others of the same name; mostly none
   * @param level what the value means; OK when nothing was said about it
   */
  public record Gauge(String name, Map<String, String> labels, double value, Level level) {
    public Gauge {
      labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    }
  }

  /** Whether the next report is overdue: then nobody looks any more. */
  public boolean isOutdated(long nowMillis) {
    return nowMillis - timeMillis > LATE * everyMillis;
  }

  /** The worst of its figures; critical when it could not be looked at. */
  public Level level() {
    return problem.isEmpty()
        ? gauges.stream().map(Gauge::level).max(Level::compareTo).orElse(Level.OK)
        : Level.CRITICAL;
  }
}

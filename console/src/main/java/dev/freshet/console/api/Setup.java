package dev.freshet.console.api;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What decides what is fresh and what is good: the part of the config people look up. Addresses and
 * secrets are not part of it.
 *
 * @param rules what a change of a table makes stale
 * @param views SQL by name
 * @param windows of rolling latencies, the shortest first
 * @param freshWithinMs what takes longer from commit to delete is called slow
 * @param thresholds from where on figures of the system's health are worth a look
 * @param silentAfterMs without a heartbeat for so long, something is called stopped
 */
public record Setup(
    Map<String, List<String>> rules,
    Map<String, String> views,
    List<Objective> objectives,
    List<String> windows,
    Map<String, Limits> thresholds,
    long freshWithinMs,
    long silentAfterMs) {

  public Setup {
    rules = Collections.unmodifiableMap(new TreeMap<>(rules));
    views = Collections.unmodifiableMap(new TreeMap<>(views));
    objectives = List.copyOf(objectives);
    windows = List.copyOf(windows);
    thresholds = Collections.unmodifiableMap(new TreeMap<>(thresholds));
  }

  /** The window that is meant when none is named: 5 minutes if it is kept, else the shortest. */
  public String usualWindow() {
    return windows.isEmpty() || windows.contains("5m") ? "5m" : windows.get(0);
  }

  /** From where on a figure is a warning, and from where on it is critical. */
  public record Limits(double warn, double critical) {}

  /**
   * Which share of the requests should be good.
   *
   * @param indicator latency, errors or cache
   * @param thresholdMs of a latency, else null
   * @param service null for all
   * @param route null for all
   */
  public record Objective(
      String name,
      String indicator,
      @Nullable Double thresholdMs,
      double objective,
      @Nullable String service,
      @Nullable String route) {}
}

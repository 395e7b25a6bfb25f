package dev.freshet.console.model;

import dev.freshet.events.HealthReport;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When services were started, and when their consumers were given other partitions, as the reports
 * of their processes tell it: a start to the second, a rebalance to the report that first counts
 * it. The last {@value #MOST} of an hour. Not thread-safe.
 */
final class Disturbances {

  static final int MOST = 500;

  private static final String PROCESS = "process";
  private static final String REBALANCES = "rebalances";
  private static final String UPTIME = "uptime_seconds";
  private static final String SERVICE = "service";
  private static final long HOUR = 3_600_000;

  private final Deque<Disturbance> all = new ArrayDeque<>();

  /**
   * Looks at a report for what happened since the one before it.
   *
   * @param before of the same process; null when this is its first
   */
  void see(@Nullable HealthReport before, HealthReport now) {
    if (!now.component().equals(PROCESS)) {
      return;
    }
    Map<String, Double> counted = before == null ? Map.of() : rebalances(before);
    long began = before == null ? began(now) : now.timeMillis();
    rebalances(now)
        .forEach(
            (service, count) -> {
              Double old = counted.get(service);
              if (old == null) {
                add(new Disturbance(service, Disturbance.Kind.STARTED, began, 1));
              }
              long more = Math.round(count - (old == null ? 0 : old));
              if (more > 0) {
                add(new Disturbance(service, Disturbance.Kind.REBALANCED, now.timeMillis(), more));
              }
            });
  }

  private static Map<String, Double> rebalances(HealthReport report) {
    Map<String, Double> found = new HashMap<>();
    for (HealthReport.Gauge gauge : report.gauges()) {
      String service = gauge.labels().get(SERVICE);
      if (gauge.name().equals(REBALANCES) && service != null) {
        found.put(service, gauge.value());
      }
    }
    return found;
  }

  private static long began(HealthReport report) {
    return report.timeMillis()
        - report.gauges().stream()
            .filter(gauge -> gauge.name().equals(UPTIME))
            .mapToLong(gauge -> Math.round(1000 * gauge.value()))
            .findFirst()
            .orElse(0);
  }

  private void add(Disturbance one) {
    all.addLast(one);
    if (all.size() > MOST) {
      all.removeFirst();
    }
  }

  /** Those of a stage, whose services bear its name or begin with it; the oldest first. */
  List<Disturbance> of(String stage, long nowMillis) {
    return all.stream()
        .filter(one -> one.millis() > nowMillis - HOUR && one.millis() <= nowMillis)
        .filter(one -> one.service().equals(stage) || one.service().startsWith(stage + "-"))
        .sorted(Comparator.comparingLong(Disturbance::millis))
        .toList();
  }
}

package dev.freshet.metrics.slo;

import dev.freshet.events.LatencyRow;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Requests that are counted as {@code _other}, because there are more services, or a service has
 * more routes, than the limit: nobody sees them by name, so they raise alerts of their own.
 */
final class BeyondLimit {

  /** Any request is bad, and one is enough. */
  static final Slo SLO =
      new Slo(Slo.Indicator.ERRORS, 0.99, Optional.empty(), Optional.empty(), Optional.empty(), 1);

  /** Any of them, in five minutes. */
  static final BurnRate RULE = new BurnRate("ticket", 1, 5, 5);

  static final List<BurnRate> RULES = List.of(RULE);

  /** What the alert of a service with too many routes is called; then comes the service. */
  private static final String ROUTES_OF = "routes of ";

  private static final String SERVICES = "number of services";

  private BeyondLimit() {}

  /** The alert that these requests raise; null when they raise none. */
  static @Nullable String alert(String service, String route) {
    if (service.equals(LatencyRow.OTHER)) {
      return route.equals(LatencyRow.TOTAL) ? SERVICES : null;
    }
    return route.equals(LatencyRow.OTHER) ? ROUTES_OF + service : null;
  }

  /** Whether an alert of this name is one of these. */
  static boolean isOne(String name) {
    return name.equals(SERVICES) || name.startsWith(ROUTES_OF);
  }
}

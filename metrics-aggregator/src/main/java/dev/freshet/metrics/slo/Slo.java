package dev.freshet.metrics.slo;

import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import dev.freshet.runtime.config.InvalidValue;
import java.time.Duration;
import java.util.Optional;

/** One objective: which requests should be good, and how many of them. */
@Doc("A share of the requests that should be good.")
public record Slo(
    @Doc(
            "What a good request is: latency (no slower than threshold), errors (status below 500)"
                + " or cache (a hit, of the requests that asked a cache).")
        Indicator indicator,
    @Doc("The share that should be good, above 0 and below 1.") @Example("0.999") double objective,
    @Doc("For latency: the longest good duration; 1ms to 1h.") @Example("500ms")
        Optional<Duration> threshold,
    @Doc("Only the requests of this service; all services when left out.") @Example("shop")
        Optional<String> service,
    @Doc("Only the requests of this route of the service; all routes when left out.")
        @Example("/orders/{id}")
        Optional<String> route,
    @Doc("The fewest requests in the shorter window that can raise an alert.") @Default("100")
        long minRequests) {

  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofHours(1);

  /** What makes a request good. */
  public enum Indicator {
    LATENCY,
    ERRORS,
    CACHE
  }

  public Slo {
    if (!(objective > 0 && objective < 1)) {
      throw new InvalidValue(
          "objective", "an objective is above 0 and below 1, found " + objective, "write 0.999");
    }
    if ((indicator == Indicator.LATENCY) != threshold.isPresent()) {
      throw new InvalidValue(
          "threshold", "latency has a threshold, the other indicators have none");
    }
    if (threshold.isPresent()
        && (threshold.get().compareTo(SHORTEST) < 0 || threshold.get().compareTo(LONGEST) > 0)) {
      throw new InvalidValue("threshold", "a threshold is 1ms to 1h, found " + threshold.get());
    }
    if (route.isPresent() && service.isEmpty()) {
      throw new InvalidValue("route", "a route belongs to a service", "set service as well");
    }
    if (minRequests < 1) {
      throw new InvalidValue("minRequests", "at least 1 request, found " + minRequests);
    }
  }

  /** Whether these are the minutes this objective is about. */
  boolean isAbout(String ofService, String ofRoute) {
    return ofService.equals(service.orElse(LatencyRow.TOTAL))
        && ofRoute.equals(route.orElse(LatencyRow.TOTAL));
  }

  /** What decides which requests are good: counts by another rule are of no use. */
  String definition() {
    return "%s %s %s %s"
        .formatted(
            indicator,
            threshold.map(Object::toString).orElse(""),
            service.orElse(""),
            route.orElse(""));
  }

  /** How many requests of the minute count for this objective. */
  long total(LatencyMinute minute) {
    return indicator == Indicator.CACHE
        ? minute.counts().hits() + minute.counts().misses()
        : minute.counts().total();
  }

  /** How many of them were bad. */
  long bad(LatencyMinute minute) {
    return switch (indicator) {
      case LATENCY ->
          minute.latencies().count()
              - minute.latencies().countUpTo(threshold.orElse(LONGEST).toNanos());
      case ERRORS -> minute.counts().errors();
      case CACHE -> minute.counts().misses();
    };
  }
}

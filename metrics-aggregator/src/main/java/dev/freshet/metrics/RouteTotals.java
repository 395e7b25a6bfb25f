package dev.freshet.metrics;

import dev.freshet.events.LatencyRow;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What each route adds up to since this process began to count it: the form in which Prometheus
 * wants distributions, where rates and windows are made by the reader.
 *
 * <p>A service is merged by one process, so sums over processes count nothing twice, except that
 * the last second before a service moves to another process may be counted by both. Totals of
 * Freshet's own are left out: readers make them. Thread-safe.
 */
final class RouteTotals implements MultiCollector {

  /** Routes shown by themselves; further ones are shown together, as {@code _other}. */
  static final int MOST_ROUTES = 300;

  /** One route's requests. */
  static final class Total {
    private final Tally tally = new Tally();

    private synchronized void add(Partials.Reader partials) {
      tally.merge(partials.bytes(), partials.tally(), partials.tallyEnd());
    }

    private synchronized void show(String service, String route, PrometheusRoutes into) {
      into.route(service, route, tally);
    }
  }

  private record Name(String service, String route) {}

  private static final Name REST = new Name(LatencyRow.OTHER, LatencyRow.OTHER);

  private final int most;
  private final Map<Name, Total> totals = new LinkedHashMap<>();

  /**
   * @param most routes shown by themselves; 0 turns it off
   */
  RouteTotals(int most) {
    this.most = most;
  }

  /** Totals that this registry shows, if it is one of Prometheus; else none are kept. */
  static RouteTotals shownIn(MeterRegistry registry) {
    if (registry instanceof PrometheusMeterRegistry prometheus) {
      RouteTotals totals = new RouteTotals(MOST_ROUTES);
      prometheus.getPrometheusRegistry().register(totals);
      return totals;
    }
    return new RouteTotals(0);
  }

  /** Adds the counts that {@code partials} stands at. */
  void add(RouteWindows route, Partials.Reader partials) {
    if (most == 0 || route.isTotal()) {
      return;
    }
    Total total = route.total();
    if (total == null) {
      total = of(new Name(route.service(), route.route()));
      route.total(total);
    }
    total.add(partials);
  }

  private Total of(Name name) {
    synchronized (totals) {
      boolean room = totals.containsKey(name) || totals.size() < most;
      return totals.computeIfAbsent(room ? name : REST, key -> new Total());
    }
  }

  @Override
  public MetricSnapshots collect() {
    Map<Name, Total> copy;
    synchronized (totals) {
      copy = new LinkedHashMap<>(totals);
    }
    PrometheusRoutes shown = new PrometheusRoutes();
    copy.forEach((name, total) -> total.show(name.service(), name.route(), shown));
    return shown.snapshots();
  }

  @Override
  public List<String> getPrometheusNames() {
    return PrometheusRoutes.NAMES;
  }
}

package dev.freshet.metrics;

import dev.freshet.events.LatencyRow;
import dev.freshet.events.RequestEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What each route adds up to since this process began to count it: the form in which Prometheus
 * wants distributions, where rates and windows are made by the reader.
 *
 * <p>A service is merged by one process, and what a task adds is shown once it is committed, so
 * sums over processes count nothing twice; the last second before a service moves to another
 * process may be missing. Totals of Freshet's own are left out: readers make them. Thread-safe.
 */
final class RouteTotals implements MultiCollector {

  /** Routes shown by themselves; further ones are shown together, as {@code _other}. */
  static final int MOST_ROUTES = 300;

  /** Stages of Freshet's own, which have room besides the routes; then as with routes. */
  static final int MOST_STAGES = 200;

  /** One route's requests. */
  static final class Total {
    private final Tally tally = new Tally();

    private synchronized void add(Tally more) {
      tally.merge(more);
    }

    private synchronized void show(String service, String route, PrometheusRoutes into) {
      if (tally.total() > 0) {
        into.route(service, route, tally);
      }
    }
  }

  private record Name(String service, String route) {}

  private static final Name REST = new Name(LatencyRow.OTHER, LatencyRow.OTHER);
  private static final Name OTHER_STAGES = new Name(RequestEvent.FRESHET, LatencyRow.OTHER);

  private final int most;
  private final Map<Name, Total> totals = new LinkedHashMap<>();
  private int stages; // of the totals

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

  /** Additions of one task. */
  Uncommitted ofTask() {
    return new Uncommitted();
  }

  /**
   * What one task has added since its last commit, for the same reason as {@link
   * AggregatorMeters.Uncommitted}. Not thread-safe.
   */
  final class Uncommitted {
    private final Map<Total, Tally> added = new HashMap<>();
    private final Map<Total, Tally> underWay = new HashMap<>();

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
      added
          .computeIfAbsent(total, any -> new Tally())
          .merge(partials.bytes(), partials.tally(), partials.tallyEnd());
    }

    /** All that was added until now is part of the commit that follows. */
    void beforeCommit() {
      added.forEach(
          (total, more) -> underWay.computeIfAbsent(total, any -> new Tally()).merge(more));
      added.clear();
    }

    /** The last commit has worked: shows what was added. */
    void committed() {
      underWay.forEach(Total::add);
      underWay.clear();
    }

    /** The task begins anew after its last commit that has worked. */
    void begin() {
      added.clear();
      underWay.clear();
    }
  }

  private Total of(Name name) {
    boolean stage = name.service().equals(RequestEvent.FRESHET);
    synchronized (totals) {
      Total known = totals.get(name);
      if (known != null) {
        return known;
      }
      boolean room = stage ? stages < MOST_STAGES : totals.size() - stages < most;
      Name shown = room ? name : stage ? OTHER_STAGES : REST;
      return totals.computeIfAbsent(
          shown,
          key -> {
            stages += stage ? 1 : 0;
            return new Total();
          });
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

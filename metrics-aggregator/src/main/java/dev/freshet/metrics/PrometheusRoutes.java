package dev.freshet.metrics;

import dev.freshet.events.ClassicHistogram;
import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.NativeHistogram;
import dev.freshet.events.RequestCounts;
import dev.freshet.events.RequestEvent;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.ArrayList;
import java.util.List;

/**
 * Routes as Prometheus's metrics: each distribution as a classic and as a native histogram; the
 * format that is asked for decides which of them travel. Not thread-safe.
 */
final class PrometheusRoutes {

  private static final String REQUESTS = "http_server_request_duration_seconds";
  private static final String STAGES = "freshet_stage_duration_seconds";
  private static final String ERRORS = "freshet_route_errors";
  private static final String CACHE = "freshet_route_cache_requests";

  /** Every metric there may be. */
  static final List<String> NAMES = List.of(REQUESTS, STAGES, ERRORS, CACHE);

  private final List<HistogramDataPointSnapshot> requests = new ArrayList<>();
  private final List<HistogramDataPointSnapshot> stages = new ArrayList<>();
  private final List<CounterDataPointSnapshot> errors = new ArrayList<>();
  private final List<CounterDataPointSnapshot> cache = new ArrayList<>();

  /** Adds a route, or one of Freshet's own stages. */
  void route(String service, String route, Tally tally) {
    if (service.equals(RequestEvent.FRESHET)) {
      stages.add(histogram(Labels.of("stage", route), tally.latencies()));
      return;
    }
    Labels labels = Labels.of("service_name", service, "http_route", route);
    requests.add(histogram(labels, tally.latencies()));
    RequestCounts counts = tally.counts();
    errors.add(counter(labels, counts.errors()));
    if (counts.hits() + counts.misses() > 0) {
      cache.add(counter(labels.add("outcome", "hit"), counts.hits()));
      cache.add(counter(labels.add("outcome", "miss"), counts.misses()));
    }
  }

  private static CounterDataPointSnapshot counter(Labels labels, long count) {
    return CounterDataPointSnapshot.builder().labels(labels).value(count).build();
  }

  private static HistogramDataPointSnapshot histogram(
      Labels labels, ExponentialHistogram histogram) {
    NativeHistogram sparse = NativeHistogram.of(histogram);
    return HistogramDataPointSnapshot.builder()
        .labels(labels)
        .classicHistogramBuckets(classic(histogram))
        .nativeSchema(sparse.schema())
        .nativeZeroThreshold(0)
        .nativeZeroCount(sparse.zeroCount())
        .nativeBucketsForPositiveValues(
            NativeHistogramBuckets.of(sparse.indexes(), sparse.counts()))
        .sum(sparse.sum())
        .build();
  }

  private static ClassicHistogramBuckets classic(ExponentialHistogram histogram) {
    ClassicHistogram classic = ClassicHistogram.of(histogram, ClassicHistogram.HTTP_BOUNDS);
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    long below = 0;
    for (int i = 0; i < classic.bounds().size(); i++) {
      buckets.bucket(classic.bounds().get(i), classic.cumulative().get(i) - below);
      below = classic.cumulative().get(i);
    }
    return buckets.bucket(Double.POSITIVE_INFINITY, classic.count() - below).build();
  }

  MetricSnapshots snapshots() {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    if (!requests.isEmpty()) {
      all.metricSnapshot(
          histograms(REQUESTS, "Answered requests, as their servers reported them", requests));
      all.metricSnapshot(counters(ERRORS, "Answered with a status of 500 or above", errors));
    }
    if (!cache.isEmpty()) {
      all.metricSnapshot(counters(CACHE, "Requests that asked a cache, by what it did", cache));
    }
    if (!stages.isEmpty()) {
      all.metricSnapshot(
          histograms(STAGES, "From a change's commit to a point of its way", stages));
    }
    return all.build();
  }

  private static HistogramSnapshot histograms(
      String name, String help, List<HistogramDataPointSnapshot> points) {
    HistogramSnapshot.Builder histograms = HistogramSnapshot.builder().name(name).help(help);
    points.forEach(histograms::dataPoint);
    return histograms.build();
  }

  private static CounterSnapshot counters(
      String name, String help, List<CounterDataPointSnapshot> points) {
    CounterSnapshot.Builder counters = CounterSnapshot.builder().name(name).help(help);
    points.forEach(counters::dataPoint);
    return counters.build();
  }
}

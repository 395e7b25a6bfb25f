package dev.freshet.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus is shown of each route. */
class RouteTotalsTopologyTest {

  private static final Topics TOPICS = new Topics("shop");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path state;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final RouteTotals totals = RouteTotals.shownIn(registry);
  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> requests;

  @BeforeEach
  void start() {
    MetricsConfig config = MetricsConfig.defaults();
    Properties settings = MetricsTopology.settings(config);
    settings.put("application.id", "test");
    settings.put("bootstrap.servers", "none:1");
    settings.put("state.dir", state.toString());
    driver =
        new TopologyTestDriver(
            MetricsTopology.build(TOPICS, config, Lag.NONE, new AggregatorMeters(meters), totals),
            settings,
            START);
    requests =
        driver.createInputTopic(
            TOPICS.requests(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  @AfterEach
  void close() {
    driver.close();
    assertThat(meters.get("freshet.latency.routes").gauge().value())
        .as("routes of tasks that are given up")
        .isZero();
  }

  private void send(String service, String route, int status, double millis, String cache) {
    send(service, route, status, millis, cache, START);
  }

  private void send(
      String service, String route, int status, double millis, String cache, Instant at) {
    String event =
        "{\"service\":\"%s\",\"route\":\"%s\",\"status\":%d,\"duration_ms\":%s,\"cache\":\"%s\"}"
            .formatted(service, route, status, millis, cache);
    requests.pipeInput(new byte[0], event.getBytes(StandardCharsets.UTF_8), at);
  }

  @Test
  void eachRouteIsAHistogramThatOnlyGrowsAndTotalsAreLeftToTheReader() {
    send("web", "/cart", 200, 500, "l1");
    send("web", "/cart", 500, 600, "miss");
    send("web", "/home", 200, 3, "none");
    driver.advanceWallClockTime(Duration.ofSeconds(10));
    driver.advanceWallClockTime(Duration.ofHours(2));
    send("web", "/cart", 200, 20_000, "none", START.plus(Duration.ofHours(2)));
    driver.advanceWallClockTime(Duration.ofSeconds(1));
    String text = registry.scrape();
    assertThat(text)
        .contains(
            "http_server_request_duration_seconds_bucket{http_route=\"/cart\",service_name=\"web\",le=\"0.25\"}"
                + " 0",
            "http_server_request_duration_seconds_bucket{http_route=\"/cart\",service_name=\"web\",le=\"0.5\"}"
                + " 1",
            "http_server_request_duration_seconds_bucket{http_route=\"/cart\",service_name=\"web\",le=\"10.0\"}"
                + " 2",
            "http_server_request_duration_seconds_bucket{http_route=\"/cart\",service_name=\"web\",le=\"+Inf\"}"
                + " 3",
            "http_server_request_duration_seconds_sum{http_route=\"/cart\",service_name=\"web\"}"
                + " 21.1",
            "http_server_request_duration_seconds_count{http_route=\"/home\",service_name=\"web\"}"
                + " 1",
            "freshet_route_errors_total{http_route=\"/cart\",service_name=\"web\"} 1.0",
            "freshet_route_cache_requests_total{http_route=\"/cart\",outcome=\"hit\",service_name=\"web\"}"
                + " 1.0")
        .doesNotContain("_total\"");
  }

  @Test
  void stagesOfFreshetAreAMetricOfTheirOwnAndInNoTotal() {
    send("freshet", "commit-to-delete", 0, 5, "none");
    send("web", "/cart", 200, 10, "none");
    for (int second = 0; second < 12; second++) {
      driver.advanceWallClockTime(Duration.ofSeconds(1));
    }
    assertThat(registry.scrape())
        .contains("freshet_stage_duration_seconds_count{stage=\"commit-to-delete\"} 1")
        .doesNotContain("service_name=\"freshet\"");
    var rows =
        driver.createOutputTopic(
            TOPICS.latency(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    StringBuilder all = new StringBuilder();
    rows.readKeyValuesToList()
        .forEach(row -> all.append(new String(row.value, StandardCharsets.UTF_8)).append('\n'));
    assertThat(all.toString())
        .contains("{\"service\":\"freshet\",\"route\":\"commit-to-delete\",\"window\":\"1m\"")
        .doesNotContain("{\"service\":\"freshet\",\"route\":\"_total\"");
    assertThat(all.toString().lines())
        .filteredOn(row -> row.startsWith("{\"service\":\"_total\""))
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row).containsAnyOf("\"count\":0,", "\"count\":1,"))
        .anySatisfy(row -> assertThat(row).contains("\"count\":1,"));
  }

  @Test
  void stagesHaveRoomBesidesTheRoutes() {
    for (int i = 0; i <= RouteTotals.MOST_ROUTES; i++) {
      send("web", "/r" + i, 200, 1, "none");
    }
    for (int i = 0; i <= RouteTotals.MOST_STAGES; i++) {
      send("freshet", "stage" + i, 0, 1, "none");
    }
    driver.advanceWallClockTime(Duration.ofSeconds(1));
    assertThat(registry.scrape())
        .contains(
            "http_server_request_duration_seconds_count{http_route=\"_other\",service_name=\"_other\"}"
                + " 1\n",
            "freshet_stage_duration_seconds_count{stage=\"stage199\"} 1\n",
            "freshet_stage_duration_seconds_count{stage=\"_other\"} 1\n");
  }

  @Test
  void whatIsTooOldToBeCountedIsNotShown() {
    send("web", "/cart", 200, 1, "none");
    driver.advanceWallClockTime(Duration.ofSeconds(10));
    send("web", "/cart", 200, 1, "none", START.minus(Duration.ofDays(2)));
    driver.advanceWallClockTime(Duration.ofSeconds(1));
    assertThat(meters.get("freshet.requests.too.old").counter().count()).isPositive();
    assertThat(registry.scrape())
        .contains(
            "http_server_request_duration_seconds_count{http_route=\"/cart\",service_name=\"web\"}"
                + " 1\n");
  }

  @Test
  void whatIsNotCommittedIsNotShown() {
    RouteTotals.Uncommitted task = totals.ofTask();
    RouteWindows route =
        new RouteWindows(
            new RouteWindows.Bench(Panes.of(MetricsConfig.defaults().windows())),
            "web".getBytes(StandardCharsets.UTF_8),
            "/cart".getBytes(StandardCharsets.UTF_8));
    task.add(route, oneRequest());
    task.beforeCommit();
    task.begin();
    task.committed();
    assertThat(registry.scrape()).doesNotContain("/cart");
    task.add(route, oneRequest());
    task.beforeCommit();
    task.add(route, oneRequest());
    task.committed();
    assertThat(registry.scrape())
        .contains(
            "http_server_request_duration_seconds_count{http_route=\"/cart\",service_name=\"web\"}"
                + " 1\n");
  }

  private static Partials.Reader oneRequest() {
    Tally tally = new Tally();
    tally.add(1_000_000, 1, false, false, false, false);
    Partials.Writer writer = new Partials.Writer();
    writer.begin(0, START.toEpochMilli());
    writer.add("/cart".getBytes(StandardCharsets.UTF_8), 1, tally);
    Partials.Reader partials = new Partials.Reader(writer.toBytes());
    assertThat(partials.next()).isTrue();
    return partials;
  }

  @Test
  void theNativeHistogramHasSchemaSix() {
    send("web", "/cart", 200, 500, "l1");
    driver.advanceWallClockTime(Duration.ofSeconds(2));
    var snapshot =
        registry.getPrometheusRegistry().scrape("http_server_request_duration_seconds"::equals);
    var point = (HistogramDataPointSnapshot) snapshot.get(0).getDataPoints().get(0);
    assertThat(point.getNativeSchema()).isEqualTo(6);
    assertThat(point.getCount()).isEqualTo(1);
    // Half a second is the upper bound of the bucket -64, by which Prometheus numbers it.
    assertThat(point.getNativeBucketsForPositiveValues().getBucketIndex(0)).isEqualTo(-64);
  }
}

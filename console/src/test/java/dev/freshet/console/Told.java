package dev.freshet.console;

import dev.freshet.console.model.Model;
import dev.freshet.events.Alert;
import dev.freshet.events.AlertJson;
import dev.freshet.events.Applied;
import dev.freshet.events.AppliedJson;
import dev.freshet.events.ChangeSource;
import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.HealthReport;
import dev.freshet.events.HealthReportJson;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.LatencyJson;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.Lsn;
import dev.freshet.events.RequestCounts;
import dev.freshet.events.TableName;
import dev.freshet.events.TablePosition;
import dev.freshet.events.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** A model that was told things, as the topics would have. */
final class Told {

  static final long NOW = 1_767_225_600_000L; // 2026-01-01T00:00:00Z
  static final Topics TOPICS = new Topics("shop");

  final Model model = new Model(TOPICS, List.of("totals"), new SimpleMeterRegistry());
  private long offset;

  private void take(String topic, long millis, byte @Nullable [] key, byte @Nullable [] value) {
    model.take(
        new ConsumerRecord<>(
            topic,
            0,
            offset++,
            millis,
            TimestampType.CREATE_TIME,
            0,
            0,
            key,
            value,
            new RecordHeaders(),
            Optional.empty()));
  }

  /** A change of an order that makes tags stale and is applied so many milliseconds later. */
  Told change(int id, long commitMillis, long millisToDelete, String key, String... tags) {
    Invalidation.Cause cause =
        new Invalidation.Cause(
            'u',
            new ChangeSource(
                new TableName("public", "orders"),
                "{\"id\":%d}".formatted(id),
                new Lsn(0x1000 + id),
                700 + id,
                commitMillis * 1000));
    long at = offset;
    take(
        TOPICS.invalidations(),
        commitMillis + 2,
        null,
        InvalidationJson.write(new Invalidation.Stale(Set.of(tags), Set.of(), Set.of(), cause)));
    long appliedMicros = (commitMillis + millisToDelete) * 1000;
    take(
        TOPICS.applied(),
        commitMillis + millisToDelete,
        null,
        AppliedJson.write(
            new Applied(
                0,
                at + 1,
                appliedMicros,
                commitMillis * 1000,
                tags.length,
                1,
                List.of(new Applied.Deletion("shop:{0}:entry:" + key, tags[0], cause)))));
    return this;
  }

  /** A heartbeat that was captured, and nothing more. */
  Told captured(long lsn, long commitMillis) {
    take(
        TOPICS.invalidations(),
        commitMillis,
        null,
        InvalidationJson.write(
            new Invalidation.Watermark(new Lsn(lsn), 900, 890, commitMillis * 1000)));
    return this;
  }

  /** A heartbeat that was applied. */
  Told heartbeat(long lsn, long commitMillis) {
    long at = offset;
    captured(lsn, commitMillis);
    take(
        TOPICS.applied(),
        commitMillis,
        null,
        AppliedJson.write(new Applied(0, at + 1, commitMillis * 1000, 0, 0, 0, List.of())));
    return this;
  }

  Told route(String service, String route, long count, double p95Millis) {
    long nanos = (long) (p95Millis * 1e6);
    take(
        TOPICS.latency(),
        NOW,
        LatencyJson.key(service, route, "5m"),
        LatencyJson.write(
            new LatencyRow(
                service,
                route,
                "5m",
                NOW - 300_000,
                NOW,
                NOW,
                new RequestCounts(count, 1, count / 2, count / 4, 0, 0),
                new LatencyRow.Latencies(
                    nanos / 2, nanos / 3, nanos / 2, nanos, nanos * 2, nanos * 3, nanos * 4))));
    ExponentialHistogram durations = new ExponentialHistogram();
    durations.add(nanos, count);
    take(
        TOPICS.latencyMinutes(),
        NOW,
        null,
        LatencyJson.write(
            new LatencyMinute(
                service,
                route,
                NOW - 120_000,
                new RequestCounts(count, 1, count / 2, count / 4, 0, 0),
                durations)));
    return this;
  }

  Told alert(String slo, Alert.State state) {
    take(
        TOPICS.alerts(),
        NOW,
        AlertJson.key(slo, "1h/5m"),
        AlertJson.write(
            new Alert(slo, "1h/5m", "page", state, NOW, NOW, 14.4, 20, 30, 0.95, 760, 1000)));
    return this;
  }

  Told part(String component, long millis, HealthReport.Gauge... gauges) {
    return report(new HealthReport(component, "here", millis, 10_000, "", List.of(gauges)), millis);
  }

  /** A process that runs one service. */
  Told process(long millis, double uptimeSeconds, String service, long rebalances) {
    return part(
        "process",
        millis,
        new HealthReport.Gauge("uptime_seconds", Map.of(), uptimeSeconds, HealthReport.Level.OK),
        new HealthReport.Gauge(
            "rebalances", Map.of("service", service), rebalances, HealthReport.Level.OK));
  }

  /** A part that does not answer. */
  Told away(String component, long millis) {
    return report(
        new HealthReport(component, "here", millis, 10_000, "connection refused", List.of()),
        millis);
  }

  private Told report(HealthReport report, long millis) {
    take(
        TOPICS.health(),
        millis,
        HealthReportJson.key(report.component(), "here"),
        HealthReportJson.write(report));
    return this;
  }

  /** A slot that keeps so much, and may keep so much more. */
  Told slot(long millis, double kept, double left) {
    return part(
        "postgres",
        millis,
        new HealthReport.Gauge(
            "slot_retained_bytes", Map.of("slot", "shop"), kept, HealthReport.Level.OK),
        new HealthReport.Gauge(
            "slot_left_bytes", Map.of("slot", "shop"), left, HealthReport.Level.OK));
  }

  Told viewRow(int id, String total) {
    return view(
        "{\"id\":%d}".formatted(id),
        "{\"row\":{\"id\":%d,\"total\":\"%s\"},\"lsn\":\"0/1000\",\"committed\":\"2026-01-01T00:00:00Z\"}"
            .formatted(id, total));
  }

  Told viewStands(String lsn, int rows) {
    return view(
        "\"position\"",
        "{\"view\":\"5f\",\"lsn\":\"%s\",\"committed\":\"2025-12-31T23:59:59.990Z\",\"whole\":true,\"rows\":%d,\"errors\":0,\"reasons\":[]}"
            .formatted(lsn, rows));
  }

  Told tableStands(String lsn) {
    TablePosition at = new TablePosition("totals", Lsn.parse(lsn), "2025-12-31T23:59:59.990Z");
    take(TOPICS.viewTables(), NOW, at.key(), at.value());
    return this;
  }

  private Told view(String key, String value) {
    take(
        TOPICS.view("totals"),
        NOW,
        key.getBytes(StandardCharsets.UTF_8),
        value.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** A bit of everything. */
  static Told everything() {
    Told told = new Told();
    for (int i = 0; i < 200; i++) {
      told.change(
          i, NOW - 55_000 + i * 250L, 4 + i % 7, "order:" + i, "order:" + i, "org:" + i % 5);
    }
    return told.heartbeat(0x2000, NOW - 1000)
        .route(LatencyRow.TOTAL, LatencyRow.TOTAL, 4000, 80)
        .route("shop", LatencyRow.TOTAL, 4000, 80)
        .route("shop", "/orders/{id}", 1000, 120)
        .route("shop", "/<script>alert(1)</script>", 500, 40)
        .alert("latency", Alert.State.FIRING)
        .viewRow(1, "10.50")
        .viewRow(2, "20.50")
        .viewRow(3, "30.50")
        .viewStands("0/2000", 3)
        .tableStands("0/2000")
        .slot(NOW - 600_000, 1 << 20, 5 << 20)
        .slot(NOW, 2 << 20, 4 << 20)
        .part(
            "redis",
            NOW - 1000,
            new HealthReport.Gauge("memory_used_ratio", Map.of(), 0.9, HealthReport.Level.WARN))
        .part("kafka", NOW - 60_000);
  }
}

package dev.freshet.console.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.events.Alert;
import dev.freshet.events.AlertJson;
import dev.freshet.events.AppliedJson;
import dev.freshet.events.HealthReportJson;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.LatencyJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.TablePosition;
import dev.freshet.events.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Everything the console knows of one namespace. Records are taken on one thread and asked on many.
 * A record nobody can read is counted and changes nothing: whoever wrote it has its dead letter.
 */
public final class Model {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String POSITION = "\"position\"";
  private static final int MOST_ALERTS = 10_000;

  private final Topics topics;
  private final Freshness freshness;
  private final Latencies latencies;
  private final Map<String, Alert> alerts = new ConcurrentSkipListMap<>();
  private final Map<String, ViewRows> viewsByTopic = new TreeMap<>();
  private final SystemHealth system = new SystemHealth();
  private final Counter taken;
  private final Counter unreadable;

  /**
   * @param views the names of the views there are
   */
  public Model(Topics topics, Collection<String> views, MeterRegistry registry) {
    this(topics, views, Memory.ofHeap(), registry);
  }

  Model(Topics topics, Collection<String> views, Memory memory, MeterRegistry registry) {
    this.topics = topics;
    this.freshness = new Freshness(memory);
    this.latencies = new Latencies(memory);
    AtomicLong rows = new AtomicLong();
    views.forEach(
        view -> viewsByTopic.put(topics.view(view), new ViewRows(view, rows, memory.views())));
    bytes(registry, "feed", freshness.feed(), Feed::bytes);
    bytes(registry, "causes", freshness.feed(), Feed::causeBytes);
    bytes(registry, "tags", freshness.hotTags(), HotNames::bytes);
    bytes(registry, "windows", latencies, Latencies::rowBytes);
    bytes(registry, "history", latencies, Latencies::minuteBytes);
    bytes(registry, "views", rows, AtomicLong::get);
    this.taken = registry.counter("freshet.console.records");
    this.unreadable = registry.counter("freshet.console.unreadable");
    registry.gauge("freshet.console.rows", latencies, Latencies::size);
    registry.gauge("freshet.console.minutes", latencies, Latencies::minutesKept);
    registry.gauge("freshet.console.rows.refused", latencies, Latencies::refused);
    registry.gauge("freshet.console.parts", system, SystemHealth::size);
    registry.gauge("freshet.console.tags", freshness.hotTags(), HotNames::size);
    viewsByTopic
        .values()
        .forEach(
            view ->
                registry.gauge(
                    "freshet.console.view.rows",
                    Tags.of("view", view.name()),
                    view,
                    ViewRows::kept));
  }

  private static <T> void bytes(
      MeterRegistry registry, String part, T of, ToDoubleFunction<T> bytes) {
    registry.gauge("freshet.console.bytes", Tags.of("part", part), of, bytes);
  }

  public Topics topics() {
    return topics;
  }

  public Freshness freshness() {
    return freshness;
  }

  public Latencies latencies() {
    return latencies;
  }

  public SystemHealth system() {
    return system;
  }

  /** Every alert there is, by objective and windows. */
  public List<Alert> alerts() {
    return List.copyOf(alerts.values());
  }

  /** The views, by name. */
  public List<ViewRows> views() {
    return List.copyOf(viewsByTopic.values());
  }

  /** One view. */
  public Optional<ViewRows> view(String name) {
    return Optional.ofNullable(viewsByTopic.get(topics.view(name)));
  }

  /** Takes one record. */
  public void take(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    taken.increment();
    try {
      read(record);
    } catch (MalformedEventException
        | IOException
        | IllegalArgumentException
        | DateTimeException notOurs) {
      unreadable.increment();
    }
  }

  private void read(ConsumerRecord<byte @Nullable [], byte @Nullable []> record)
      throws MalformedEventException, IOException {
    String topic = record.topic();
    ViewRows view = viewsByTopic.get(topic);
    if (view != null) {
      row(view, record);
    } else if (topic.equals(topics.invalidations())) {
      Invalidation invalidation = InvalidationJson.parse(record.value());
      if (invalidation instanceof Invalidation.Stale stale) {
        freshness.take(record.partition(), record.offset(), record.timestamp(), stale);
      } else if (invalidation instanceof Invalidation.Everything all) {
        Invalidation.Stale unnamed =
            new Invalidation.Stale(Set.of(), Set.of(), Set.of(), all.cause());
        freshness.take(record.partition(), record.offset(), record.timestamp(), unnamed);
      } else if (invalidation instanceof Invalidation.Watermark mark) {
        freshness.take(record.partition(), record.offset(), mark);
      }
    } else if (topic.equals(topics.applied())) {
      freshness.take(AppliedJson.parse(record.value()));
    } else if (topic.equals(topics.latency())) {
      window(record);
    } else if (topic.equals(topics.latencyMinutes())) {
      if (record.value() != null) {
        latencies.put(LatencyJson.parseMinute(record.value()));
      }
    } else if (topic.equals(topics.alerts())) {
      alert(record);
    } else if (topic.equals(topics.health())) {
      report(record);
    } else if (topic.equals(topics.viewTables())) {
      TablePosition at = TablePosition.parse(record.key(), record.value());
      view(at.view()).ifPresent(known -> known.tableStands(at.lsn()));
      freshness.positions().changed();
    }
  }

  private void report(ConsumerRecord<byte @Nullable [], byte @Nullable []> record)
      throws MalformedEventException, IOException {
    if (record.value() == null) {
      system.remove(JSON.readTree(record.key()));
    } else {
      system.put(HealthReportJson.parse(record.value()));
    }
  }

  private void window(ConsumerRecord<byte @Nullable [], byte @Nullable []> record)
      throws MalformedEventException, IOException {
    if (record.value() != null) {
      latencies.put(LatencyJson.parseRow(record.value()));
      return;
    }
    JsonNode key = JSON.readTree(record.key());
    latencies.remove(key.path(0).asText(), key.path(1).asText(), key.path(2).asText());
  }

  private void alert(ConsumerRecord<byte @Nullable [], byte @Nullable []> record)
      throws MalformedEventException {
    String key = text(record.key());
    if (record.value() == null) {
      alerts.remove(key);
    } else if (alerts.size() < MOST_ALERTS || alerts.containsKey(key)) {
      alerts.put(key, AlertJson.parse(record.value()));
    }
  }

  private static void row(
      ViewRows view, ConsumerRecord<byte @Nullable [], byte @Nullable []> record)
      throws JsonProcessingException {
    String key = text(record.key());
    if (record.value() == null) {
      view.remove(key);
      return;
    }
    JsonNode value = JSON.readTree(text(record.value()));
    if (!key.equals(POSITION)) {
      view.put(key, value, record.offset(), record.serializedValueSize());
      return;
    }
    List<String> reasons = new ArrayList<>();
    value.path("reasons").forEach(reason -> reasons.add(reason.asText()));
    String committed = value.path("committed").asText();
    long committedMillis = Instant.parse(committed).toEpochMilli();
    view.stands(
        new ViewRows.Position(
            value.path("view").asText(),
            value.path("lsn").asText(),
            committed,
            committedMillis,
            value.path("whole").asBoolean(),
            value.path("rows").asLong(),
            value.path("errors").asLong(),
            value.path("state").asLong(),
            List.copyOf(reasons),
            record.timestamp() - committedMillis));
  }

  private static String text(byte @Nullable [] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  /** The log of a view's topic begins here now. */
  public void emptiedBefore(String topic, long offset) {
    ViewRows view = viewsByTopic.get(topic);
    if (view != null) {
      view.emptiedBefore(offset);
    }
  }
}

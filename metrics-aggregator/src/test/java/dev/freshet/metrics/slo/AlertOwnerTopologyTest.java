package dev.freshet.metrics.slo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.Alert;
import dev.freshet.events.AlertJson;
import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.LatencyJson;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.RequestCounts;
import dev.freshet.events.Topics;
import dev.freshet.metrics.slo.Slo.Indicator;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An objective that is about another service from now on: its minutes come from another partition,
 * its tasks move to another instance, and the instance before goes on for a while.
 */
class AlertOwnerTopologyTest {

  private static final Topics TOPICS = new Topics("shop");
  private static final Properties SETTINGS = new Properties();

  static {
    SETTINGS.put("application.id", "slos");
    SETTINGS.put("bootstrap.servers", "nowhere:1");
  }

  @TempDir Path folder;
  private final Map<String, byte[]> changelog = new LinkedHashMap<>();
  private final List<String> told = new ArrayList<>();
  private long minute = 1_790_000_040_000L / 60_000;

  /** A task that reads one partition of the minutes. */
  private final class Reading {
    final MinuteProcessor processor;
    final MockProcessorContext<byte[], byte[]> context;

    Reading(int partition, Map<String, Slo> slos) {
      context = new MockProcessorContext<>(SETTINGS, new TaskId(0, partition), folder.toFile());
      context.setCurrentSystemTimeMs(minute * 60_000);
      processor = new MinuteProcessor(slos);
      processor.init(context);
    }

    void minute(String service, long bad, Judging to) {
      LatencyMinute read =
          new LatencyMinute(
              service,
              LatencyRow.TOTAL,
              minute * 60_000,
              new RequestCounts(1000, bad, 0, 0, 0, 0),
              new ExponentialHistogram());
      processor.process(
          new Record<>(
              LatencyJson.key(service, LatencyRow.TOTAL, minute * 60_000),
              LatencyJson.write(read),
              0));
      context
          .forwarded(MinuteProcessor.MINUTES)
          .forEach(
              f -> to.processor.process(new Record<>(f.record().key(), f.record().value(), 0)));
      context.resetForwards();
    }
  }

  /** The task that judges, on one instance, with what the changelog says. */
  private final class Judging implements AutoCloseable {
    final SloProcessor processor;
    final MockProcessorContext<byte[], byte[]> context =
        new MockProcessorContext<>(SETTINGS, new TaskId(1, 0), folder.toFile());
    final KeyValueStore<String, byte[]> store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(SloProcessor.STORE),
                Serdes.String(),
                Serdes.ByteArray())
            .withLoggingDisabled()
            .build();

    Judging(Map<String, Slo> slos) {
      store.init(context.getStateStoreContext(), store);
      changelog.forEach(store::put);
      processor = new SloProcessor(slos, Patience.STANDARD, new SimpleMeterRegistry());
      processor.init(context);
    }

    void judge() {
      for (int second = 0; second < 60; second += 10) {
        long now = (minute + 1) * 60_000 + second * 1000L;
        context.scheduledPunctuators().forEach(every -> every.getPunctuator().punctuate(now));
      }
      context.forwarded(SloProcessor.ALERTS).forEach(f -> tell(f.record()));
      context.resetForwards();
    }

    /** What moves to the next owner. */
    @Override
    public void close() {
      processor.close();
      changelog.clear();
      try (KeyValueIterator<String, byte[]> all = store.all()) {
        all.forEachRemaining(kept -> changelog.put(kept.key, kept.value));
      }
      store.close();
    }
  }

  private void tell(Record<? extends byte[], ? extends byte[]> record) {
    try {
      Alert alert = AlertJson.parse(record.value());
      if (alert.windows().equals("1h/5m")) {
        told.add(alert.state().name());
      }
    } catch (MalformedEventException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, Slo> about(String service) {
    return Map.of(
        "shop",
        new Slo(
            Indicator.ERRORS,
            0.999,
            Optional.empty(),
            Optional.of(service),
            Optional.empty(),
            100));
  }

  @Test
  void theOwnerBeforeDoesNotResolveWhatFiresForTheOneAfter() {
    try (Judging before = new Judging(about("old"))) {
      Reading partition0 = new Reading(0, about("old"));
      for (int i = 0; i < 10; i++, minute++) {
        partition0.minute("old", 500, before);
        before.judge();
      }
    }
    assertThat(told).containsExactly("PENDING", "FIRING");
    Reading stillOld = new Reading(0, about("old"));
    Reading partition0 = new Reading(0, about("new"));
    Reading partition2 = new Reading(2, about("new"));
    try (Judging after = new Judging(about("new"))) {
      for (int i = 0; i < 30; i++, minute++) {
        stillOld.minute("old", 0, after);
        partition0.minute("old", 0, after);
        partition2.minute("new", 500, after);
        after.judge();
      }
      assertThat(told).as("it fires all the time").containsExactly("PENDING", "FIRING");
      for (int i = 0; i < 15; i++, minute++) {
        partition2.minute("new", 0, after);
        after.judge();
      }
    }
    assertThat(told).containsExactly("PENDING", "FIRING", "RESOLVED");
  }

  @Test
  void allAlertsHaveOneTask() {
    Topology topology = SloAlerts.topology(TOPICS, about("new"), new SimpleMeterRegistry());
    List<TopologyDescription.Source> read = new ArrayList<>();
    for (TopologyDescription.Subtopology part : topology.describe().subtopologies()) {
      boolean writesAlerts =
          part.nodes().stream()
              .anyMatch(
                  node ->
                      node instanceof TopologyDescription.Sink sink
                          && TOPICS.alerts().equals(sink.topic()));
      for (TopologyDescription.Node node : part.nodes()) {
        if (writesAlerts && node instanceof TopologyDescription.Source source) {
          read.add(source);
        }
      }
    }
    assertThat(read)
        .singleElement()
        .satisfies(source -> assertThat(source.topicSet()).containsExactly(TOPICS.sloMinutes()));
    assertThat(SloAlerts.topics(TOPICS))
        .filteredOn(topic -> topic.name().equals(TOPICS.sloMinutes()))
        .extracting(TopicSpec::partitions)
        .containsExactly(1);
  }
}

package dev.freshet.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.DeadLetter;
import dev.freshet.events.LatencyJson;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.Topics;
import dev.freshet.runtime.RecordPack;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AggregatorTopologyTest {

  private static final Topics TOPICS = new Topics("shop");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path state;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private Instant wall = START;
  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> requests;
  private TestOutputTopic<byte[], byte[]> rows;
  private TestOutputTopic<byte[], byte[]> minutes;
  private TestOutputTopic<byte[], byte[]> deadLetters;
  private final Map<String, LatencyRow> latest = new HashMap<>();
  private int written;
  private int deleted;

  @BeforeEach
  void start() {
    start(MetricsConfig.defaults());
  }

  private void start(MetricsConfig config) {
    if (driver != null) {
      driver.close();
    }
    Properties settings = MetricsTopology.settings(config);
    settings.put("application.id", "test");
    settings.put("bootstrap.servers", "none:1");
    settings.put("state.dir", state.toString());
    driver =
        new TopologyTestDriver(
            MetricsTopology.build(
                TOPICS, config, Lag.NONE, new AggregatorMeters(meters), new RouteTotals(0)),
            settings,
            wall);
    requests =
        driver.createInputTopic(
            TOPICS.requests(), new ByteArraySerializer(), new ByteArraySerializer());
    rows = output(TOPICS.latency());
    minutes = output(TOPICS.latencyMinutes());
    deadLetters = output(TOPICS.deadLetters());
  }

  private TestOutputTopic<byte[], byte[]> output(String topic) {
    return driver.createOutputTopic(
        topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  private void request(String route, Instant at, double millis, String more) {
    String json =
        """
        {"time":%d,"service":"web","route":"%s","method":"GET","status":200,"duration_ms":%s%s}\
        """
            .formatted(at.toEpochMilli(), route, millis, more);
    requests.pipeInput(
        new TestRecord<>(null, json.getBytes(StandardCharsets.UTF_8), null, wall.toEpochMilli()));
  }

  private void request(String route, Instant at, double millis) {
    request(route, at, millis, "");
  }

  private void pass(Duration time) {
    for (long second = 0; second < time.toSeconds(); second++) {
      wall = wall.plusSeconds(1);
      driver.advanceWallClockTime(Duration.ofSeconds(1));
    }
    read();
  }

  private void read() {
    for (TestRecord<byte[], byte[]> record : rows.readRecordsToList()) {
      String key = new String(record.key(), StandardCharsets.UTF_8);
      try {
        if (record.value() == null) {
          latest.remove(key);
          deleted++;
        } else {
          latest.put(key, LatencyJson.parseRow(record.value()));
          written++;
        }
      } catch (MalformedEventException e) {
        throw new AssertionError(e);
      }
    }
  }

  private LatencyRow row(String service, String route, String window) {
    LatencyRow row =
        latest.get(new String(LatencyJson.key(service, route, window), StandardCharsets.UTF_8));
    assertThat(row).as("%s %s %s of %s", service, route, window, latest.keySet()).isNotNull();
    return row;
  }

  private static LatencyRow.Latencies latencies(LatencyRow row) {
    return java.util.Objects.requireNonNull(row.latencies());
  }

  private List<LatencyMinute> minutes() {
    return minutes.readValuesToList().stream()
        .map(
            value -> {
              try {
                return LatencyJson.parseMinute(value);
              } catch (MalformedEventException e) {
                throw new AssertionError(e);
              }
            })
        .toList();
  }

  @Test
  void aRouteAndTheTotalsHaveARowPerWindow() {
    for (int i = 1; i <= 100; i++) {
      String more = i <= 80 ? ",\"cache\":\"l2\"" : ",\"cache\":\"miss\"";
      request("/a", wall, i, more);
    }
    request("/b", wall, 1000, ",\"weight\":3");
    pass(Duration.ofSeconds(15));
    LatencyRow a = row("web", "/a", "1m");
    assertThat(a.counts().total()).isEqualTo(100);
    assertThat(a.counts().hitRate()).isEqualTo(0.8);
    assertThat(latencies(a).p95() / 1e6).isBetween(94.4, 95.6);
    assertThat(latencies(a).max()).isEqualTo(100_000_000);
    assertThat(latencies(a).avg()).isEqualTo(50_500_000);
    assertThat(a.fromMillis()).isEqualTo(a.asOfMillis() - 60_000);
    for (String window : List.of("1m", "5m", "15m", "1h")) {
      assertThat(row("web", "_total", window).counts().total()).isEqualTo(103);
      assertThat(row("_total", "_total", window).counts().total()).isEqualTo(103);
    }
  }

  @Test
  void windowsEmptyByTheWallClockWhenTrafficStops() {
    request("/a", wall, 5);
    pass(Duration.ofSeconds(10));
    assertThat(row("web", "/a", "1m").counts().total()).isEqualTo(1);
    pass(Duration.ofSeconds(70));
    assertThat(row("web", "/a", "1m").counts().total()).isZero();
    assertThat(row("web", "/a", "1m").latencies()).isNull();
    assertThat(row("web", "/a", "5m").counts().total()).isEqualTo(1);
    int before = written;
    pass(Duration.ofSeconds(60));
    assertThat(written - before)
        .as("nothing changes: only the total of all is written, which shows that it works")
        .isEqualTo(12 * 4);
    pass(Duration.ofMinutes(62));
    assertThat(deleted).as("the route and its service's total").isEqualTo(8);
    assertThat(latest).hasSize(4);
    assertThat(row("_total", "_total", "1h").counts().total()).isZero();
  }

  @Test
  void aTimeOfTheFutureIsCountedAtThePresentAndDoesNotMoveTheClock() {
    request("/a", wall.plus(Duration.ofDays(1)), 5);
    for (int i = 0; i < 60; i++) {
      request("/a", wall, 5);
    }
    pass(Duration.ofSeconds(15));
    LatencyRow row = row("web", "/a", "1m");
    assertThat(row.counts().total()).isEqualTo(61);
    assertThat(row.counts().clamped()).isEqualTo(1);
    assertThat(row.asOfMillis()).isLessThanOrEqualTo(wall.toEpochMilli());
  }

  @Test
  void whatComesLateIsCountedWhereItBelongs() {
    Instant first = wall;
    request("/a", wall, 5);
    pass(Duration.ofMinutes(3));
    assertThat(minutes()).extracting(minute -> minute.counts().total()).contains(1L);
    request("/a", wall, 5);
    request("/a", first, 7);
    pass(Duration.ofSeconds(10));
    assertThat(row("web", "/a", "1m").counts().total()).isEqualTo(1);
    assertThat(row("web", "/a", "5m").counts().total()).isEqualTo(3);
    assertThat(row("web", "/a", "5m").counts().late()).isEqualTo(1);
    assertThat(latencies(row("web", "/a", "5m")).max()).isEqualTo(7_000_000);
    assertThat(minutes())
        .filteredOn(minute -> minute.route().equals("/a"))
        .singleElement()
        .satisfies(
            minute -> {
              assertThat(minute.minuteMillis()).isEqualTo(first.toEpochMilli());
              assertThat(minute.counts().total()).isEqualTo(2);
            });
  }

  @Test
  void oldEventsCanBeReplayed() {
    Instant longAgo = START.minus(Duration.ofDays(300));
    for (int second = 0; second < 600; second++) {
      request("/a", longAgo.plusSeconds(second), 5);
    }
    pass(Duration.ofSeconds(10));
    assertThat(row("web", "/a", "5m").counts().total()).isBetween(285L, 300L);
    assertThat(row("web", "/a", "15m").counts().total()).isBetween(595L, 600L);
    List<TestRecord<byte[], byte[]>> history = minutes.readRecordsToList();
    assertThat(history).hasSizeGreaterThan(8);
    assertThat(history)
        .as("by event time Kafka would delete them at once")
        .allMatch(record -> record.timestamp() >= START.toEpochMilli());
  }

  @Test
  void routesBeyondTheLimitAreCountedTogether() {
    start(
        new MetricsConfig(
            List.of(Duration.ofMinutes(1)),
            Duration.ofSeconds(5),
            3,
            100,
            Duration.ofSeconds(30),
            1,
            1,
            0));
    for (int i = 0; i < 50; i++) {
      request("/r" + i, wall, 5);
    }
    pass(Duration.ofSeconds(10));
    assertThat(row("web", "_other", "1m").counts().total()).isEqualTo(47);
    assertThat(row("web", "_total", "1m").counts().total()).isEqualTo(50);
    assertThat(latest).hasSize(3 + 2 + 1);
  }

  private void requestOf(String service) {
    String json =
        "{\"time\":%d,\"service\":\"%s\",\"duration_ms\":5}"
            .formatted(wall.toEpochMilli(), service);
    requests.pipeInput(new byte[0], json.getBytes(StandardCharsets.UTF_8), wall.toEpochMilli());
  }

  private List<String> services() {
    return latest.values().stream().map(LatencyRow::service).distinct().sorted().toList();
  }

  @Test
  void serviceNamesThatChangeAllTheTimeFillNoMoreThanTheirPlaces() {
    start(
        new MetricsConfig(
            List.of(Duration.ofMinutes(1)),
            Duration.ofSeconds(5),
            10,
            3,
            Duration.ofSeconds(30),
            1,
            1,
            0));
    for (int i = 0; i < 60; i++) {
      requestOf("s" + i);
      requestOf("s0");
      pass(Duration.ofSeconds(1));
    }
    pass(Duration.ofSeconds(10));
    assertThat(services()).containsExactly("_other", "_total", "s0", "s1", "s2");
    assertThat(row("_total", "_total", "1m").counts().total()).isGreaterThan(90);
    assertThat(meters.counter("freshet.requests.services.beyond.limit").count()).isEqualTo(57);
    assertThat(minutes())
        .filteredOn(minute -> minute.service().equals("_other"))
        .extracting(LatencyMinute::route)
        .contains("_total");
    pass(Duration.ofMinutes(13));
    requestOf("later");
    pass(Duration.ofSeconds(10));
    assertThat(services()).as("places are free again").containsExactly("_total", "later");
    assertThat(meters.counter("freshet.requests.services.beyond.limit").count()).isEqualTo(57);
  }

  @Test
  void badEventsGoToTheDeadLettersAndTheOthersAreCounted() {
    String lines =
        """
        {"time":%1$d,"service":"web","route":"/a","duration_ms":5}
        {"time":%1$d,"service":"web","route":"/a","duration_ms":-5}
        not json
        {"time":%1$d,"service":"web","route":"_total","duration_ms":5}
        {"time":%1$d,"service":"web","route":"/a","duration_ms":6}
        """
            .formatted(wall.toEpochMilli());
    requests.pipeInput(new byte[0], lines.getBytes(StandardCharsets.UTF_8), wall.toEpochMilli());
    pass(Duration.ofSeconds(10));
    assertThat(row("web", "/a", "1m").counts().total()).isEqualTo(2);
    List<TestRecord<byte[], byte[]>> letters = deadLetters.readRecordsToList();
    assertThat(letters).hasSize(3);
    assertThat(new String(letters.get(1).value(), StandardCharsets.UTF_8)).startsWith("not json");
    DeadLetter letter = DeadLetter.from(letters.get(0).headers());
    assertThat(letter).isNotNull();
    assertThat(letter.topic()).isEqualTo(TOPICS.requests());
    assertThat(letter.reason()).contains("duration_ms");
  }

  @Test
  void aPartOfCountsNobodyCanReadIsSetAside() {
    driver
        .createInputTopic(
            TOPICS.latencyPartials(), new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput("web".getBytes(StandardCharsets.UTF_8), new byte[] {9, 9});
    request("/a", wall, 5);
    pass(Duration.ofSeconds(10));
    assertThat(deadLetters.readRecordsToList()).hasSize(1);
    assertThat(row("web", "/a", "1m").counts().total()).isEqualTo(1);
  }

  @Test
  void recordsOfAPackCountOneByOneAndABadOneIsBuriedUnderItsOwnOffset() {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (String route : List.of("/a", "/b", "bad\n", "/a")) {
      String json =
          "{\"time\":%d,\"service\":\"web\",\"route\":\"%s\",\"duration_ms\":1}"
              .formatted(wall.toEpochMilli(), route);
      records.add(
          new ConsumerRecord<>(
              TOPICS.requests(),
              0,
              70L + records.size(),
              null,
              json.getBytes(StandardCharsets.UTF_8)));
    }
    ConsumerRecord<byte[], byte[]> pack = new RecordPack(records).asRecord();
    assertThat(pack.offset()).isEqualTo(70);
    requests.pipeInput(new TestRecord<>(pack.key(), pack.value(), pack.headers(), wall));
    pass(Duration.ofSeconds(20));
    assertThat(row("web", "/a", "1m").counts().total()).isEqualTo(2);
    assertThat(row("web", LatencyRow.TOTAL, "1m").counts().total()).isEqualTo(3);
    TestRecord<byte[], byte[]> dead = deadLetters.readRecord();
    assertThat(new String(dead.value(), StandardCharsets.UTF_8)).contains("bad");
    DeadLetter letter = DeadLetter.from(dead.headers());
    assertThat(letter).isNotNull();
    assertThat(letter.offset()).isEqualTo(72);
    assertThat(deadLetters.isEmpty()).isTrue();
  }
}

package dev.freshet.metrics.slo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.Alert;
import dev.freshet.events.AlertJson;
import dev.freshet.events.LatencyJson;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.Topics;
import dev.freshet.metrics.slo.Slo.Indicator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.Test;

class SloTopologyTest {

  private final Topics topics = new Topics("shop");

  @Test
  void minutesBecomeAlertsAndNonsenseADeadLetter() throws MalformedEventException {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Instant start = Instant.parse("2026-11-22T10:00:00Z");
    Properties settings = new Properties();
    settings.put("application.id", "slos");
    settings.put("bootstrap.servers", "nowhere:1");
    try (TopologyTestDriver driver =
        new TopologyTestDriver(
            SloAlerts.topology(
                topics, Map.of("errors", ObjectivesTest.slo(Indicator.ERRORS, 0.999)), registry),
            settings,
            start)) {
      TestInputTopic<byte[], byte[]> minutes =
          driver.createInputTopic(
              topics.latencyMinutes(), new ByteArraySerializer(), new ByteArraySerializer());
      TestOutputTopic<byte[], byte[]> alerts =
          driver.createOutputTopic(
              topics.alerts(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
      TestOutputTopic<byte[], byte[]> dead =
          driver.createOutputTopic(
              topics.deadLetters(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
      minutes.pipeInput(new byte[] {1}, new byte[] {'x'});
      for (int i = 0; i < 5; i++) {
        long minute = start.getEpochSecond() / 60 + i;
        LatencyMinute bad = ObjectivesTest.minute(minute, 1000, 500);
        minutes.pipeInput(
            LatencyJson.key(bad.service(), bad.route(), bad.minuteMillis()),
            LatencyJson.write(bad));
        driver.advanceWallClockTime(Duration.ofMinutes(1));
      }
      Alert pending = AlertJson.parse(alerts.readRecord().value());
      assertThat(pending.state()).isEqualTo(Alert.State.PENDING);
      assertThat(alerts.readRecordsToList())
          .extracting(
              record -> {
                Alert alert = AlertJson.parse(record.value());
                return alert.slo() + " " + alert.windows() + " " + alert.state();
              })
          .contains("errors 1h/5m FIRING");
      assertThat(dead.readRecord().value()).containsExactly('x');
      assertThat(registry.get("freshet.alerts.firing").gauge().value()).isPositive();
    }
    assertThat(registry.getMeters()).as("nothing of a task that is given up").isEmpty();
  }
}

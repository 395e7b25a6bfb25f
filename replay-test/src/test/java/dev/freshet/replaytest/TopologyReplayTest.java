package dev.freshet.replaytest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.recording.RecordingWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;

class TopologyReplayTest {

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path folder;
  private Path recording = Path.of("");

  /** Passes everything on, and tells the time every second. */
  private static final class Echo extends ContextualProcessor<String, String, String, String> {
    @Override
    public void init(ProcessorContext<String, String> context) {
      super.init(context);
      context.schedule(
          Duration.ofSeconds(1),
          PunctuationType.WALL_CLOCK_TIME,
          now -> context.forward(new Record<>("tick", Long.toString(now), now)));
    }

    @Override
    public void process(Record<String, String> record) {
      context().forward(record);
    }
  }

  private static Topology echo() {
    return new Topology()
        .addSource(
            "in", Serdes.String().deserializer(), Serdes.String().deserializer(), "numbers", "back")
        .addProcessor("echo", Echo::new, "in")
        .addSink(
            "out", "echoes", Serdes.String().serializer(), Serdes.String().serializer(), "echo");
  }

  @BeforeEach
  void record() throws IOException {
    recording = folder.resolve("run.frec");
    try (RecordingWriter writer =
        RecordingWriter.create(
            recording, "", Map.of("numbers", 2), false, InstantSource.fixed(BEGIN))) {
      add(writer, "numbers", 1, 2500, "{\"n\": 1.50}");
      add(writer, "numbers", 0, 0, "not json");
      add(writer, "others", 0, 1000, "never read");
      writer.finish();
    }
  }

  private static void add(
      RecordingWriter writer, String topic, int partition, long after, String value)
      throws IOException {
    writer.add(
        new ConsumerRecord<>(
            topic,
            partition,
            0,
            BEGIN.toEpochMilli() + after,
            org.apache.kafka.common.record.TimestampType.CREATE_TIME,
            0,
            0,
            new byte[] {(byte) 0xFF},
            value.getBytes(StandardCharsets.UTF_8),
            new org.apache.kafka.common.header.internals.RecordHeaders(),
            java.util.Optional.empty()));
  }

  @Test
  void theClockFollowsTheRecordingAndEveryLineHasItsCause() {
    String transcript = TopologyReplay.of(echo()).after(Duration.ofSeconds(1)).run(recording);
    assertThat(transcript.lines().filter(line -> line.startsWith("#")))
        .containsExactly(
            "# numbers-0@0",
            "# clock 2026-01-01T00:00:01Z",
            "# clock 2026-01-01T00:00:02Z",
            "# numbers-1@0",
            "# clock 2026-01-01T00:00:03.500Z");
    assertThat(transcript)
        .contains("\"value_text\":\"not json\"", "\"value\":{\"n\": 1.50}")
        .doesNotContain("never read");
  }

  @Test
  void aDifferenceIsShownWithTheLinesAroundIt() throws IOException {
    String transcript = TopologyReplay.of(echo()).run(recording);
    Path golden = Files.writeString(folder.resolve("out"), transcript);
    Golden.assertEqual(golden, transcript);
    String changed = transcript.replace("not json", "not json at all");
    assertThatThrownBy(() -> Golden.assertEqual(golden, changed))
        .isInstanceOf(AssertionFailedError.class)
        .hasMessageContainingAll(
            "line 2", "\n  # numbers-0@0", "\n- {", "\n+ {", "at all", "update");
  }

  @Test
  void aDamagedRecordingIsNotReplayed() throws IOException {
    byte[] bytes = Files.readAllBytes(recording);
    bytes[60] ^= 1;
    Files.write(recording, bytes);
    assertThatThrownBy(() -> TopologyReplay.of(echo()).run(recording))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("is damaged at byte");
  }
}

package dev.freshet.replaytest;

import dev.freshet.recording.RecordIterator;
import dev.freshet.recording.RecordingFile;
import dev.freshet.recording.TimeRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/**
 * A topology that is given a recording, and the text of what it wrote.
 *
 * <p>The wall clock begins at the first record and follows the timestamps, in steps, so that
 * punctuators fire as they would have. Records of topics the topology does not read, or writes
 * itself, are passed over. What {@link TopologyTestDriver} does not do is not done here either:
 * there is one partition of each topic, no caching and no rebalance.
 */
public final class TopologyReplay {

  /** Steps of the clock between two records; over a longer silence it jumps first. */
  private static final int MOST_STEPS = 1_000;

  private final Topology topology;
  private final Properties settings = new Properties();
  private Duration step = Duration.ofSeconds(1);
  private Duration after = Duration.ZERO;

  private TopologyReplay(Topology topology) {
    this.topology = topology;
  }

  /** A topology, fresh: it is used up by one replay. */
  public static TopologyReplay of(Topology topology) {
    return new TopologyReplay(topology);
  }

  /** Settings of Kafka Streams, as for the driver; {@code state.dir} where stores are on disk. */
  public TopologyReplay with(Properties more) {
    settings.putAll(more);
    return this;
  }

  /** How far the wall clock goes at once; a second unless said otherwise. */
  public TopologyReplay step(Duration each) {
    step = each;
    return this;
  }

  /** How long the wall clock goes on after the last record; not at all unless said otherwise. */
  public TopologyReplay after(Duration last) {
    after = last;
    return this;
  }

  /**
   * Replays a recording.
   *
   * @return one line for each record that was written, as JSON, under a line that names its cause
   * @throws AssertionError when the recording is damaged
   */
  public String run(Path recording) {
    Ends ends = Ends.of(topology);
    Transcript transcript = new Transcript();
    try (RecordingFile file = RecordingFile.open(recording)) {
      RecordingFile.Extent readable = file.check(true);
      if (readable.damage().isPresent()) {
        throw new AssertionError(
            "%s is damaged at byte %d: %s"
                .formatted(recording, readable.end(), readable.damage().get()));
      }
      run(ends, file.records(readable, TimeRange.ALL), transcript);
    } catch (IOException e) {
      throw new UncheckedIOException(recording.toString(), e);
    }
    return transcript.text();
  }

  private void run(Ends ends, RecordIterator records, Transcript transcript) throws IOException {
    Optional<ConsumerRecord<byte[], byte[]>> next = records.next();
    Instant begin = Instant.ofEpochMilli(next.map(ConsumerRecord::timestamp).orElse(0L));
    try (TopologyTestDriver driver = new TopologyTestDriver(topology, filled(), begin)) {
      Clock clock = new Clock(driver, begin.toEpochMilli(), ends, transcript);
      Map<String, TestInputTopic<byte[], byte[]>> inputs = new HashMap<>();
      while (next.isPresent()) {
        ConsumerRecord<byte[], byte[]> record = next.get();
        if (ends.reads(record.topic())) {
          clock.goTo(record.timestamp());
          inputs
              .computeIfAbsent(
                  record.topic(),
                  topic ->
                      driver.createInputTopic(
                          topic, new ByteArraySerializer(), new ByteArraySerializer()))
              .pipeInput(
                  new TestRecord<>(
                      record.key(), record.value(), record.headers(), record.timestamp()));
          clock.read("%s-%d@%d".formatted(record.topic(), record.partition(), record.offset()));
        }
        next = records.next();
      }
      clock.goTo(clock.now + after.toMillis());
    }
  }

  private Properties filled() {
    Properties all = new Properties();
    all.put("application.id", "replay");
    all.put("bootstrap.servers", "nowhere:1");
    all.putAll(settings);
    return all;
  }

  /** The driver's wall clock, and what the topology wrote until it moves. */
  private final class Clock {
    final TopologyTestDriver driver;
    final Ends ends;
    final Transcript transcript;
    long now;

    Clock(TopologyTestDriver driver, long begin, Ends ends, Transcript transcript) {
      this.driver = driver;
      this.ends = ends;
      this.transcript = transcript;
      this.now = begin;
    }

    void goTo(long millis) {
      long jump = millis - now - MOST_STEPS * step.toMillis();
      if (jump > 0) {
        advance(jump);
      }
      while (millis > now) {
        advance(Math.min(step.toMillis(), millis - now));
      }
    }

    private void advance(long millis) {
      now += millis;
      driver.advanceWallClockTime(Duration.ofMillis(millis));
      read("clock " + Instant.ofEpochMilli(now));
    }

    void read(String cause) {
      transcript.because(cause);
      for (String topic : ends.written()) {
        driver
            .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
            .readRecordsToList()
            .forEach(record -> transcript.add(topic, record));
      }
    }
  }
}

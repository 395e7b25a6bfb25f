package dev.freshet.invalidation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.DeadLetter;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
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

class InvalidationTopologyTest {

  private static final Topics TOPICS = new Topics("shop");
  private static final TableName READINGS = new TableName("public", "readings");
  private static final TagRules RULES =
      new TagRules(Map.of(READINGS, TableRule.tags("org:{organization_id}")));

  @TempDir Path state;
  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> readings;
  private TestInputTopic<byte[], byte[]> heartbeats;
  private TestOutputTopic<byte[], byte[]> invalidations;
  private TestOutputTopic<byte[], byte[]> deadLetters;

  @BeforeEach
  void start() {
    Properties settings = InvalidationTopology.settings();
    settings.put("application.id", "test");
    settings.put("bootstrap.servers", "none:1");
    settings.put("state.dir", state.toString());
    driver = new TopologyTestDriver(InvalidationTopology.build(TOPICS, RULES), settings);
    readings =
        driver.createInputTopic(
            TOPICS.changes(READINGS), new ByteArraySerializer(), new ByteArraySerializer());
    heartbeats =
        driver.createInputTopic(
            TOPICS.heartbeats(), new ByteArraySerializer(), new ByteArraySerializer());
    invalidations =
        driver.createOutputTopic(
            TOPICS.invalidations(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    deadLetters =
        driver.createOutputTopic(
            TOPICS.deadLetters(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String envelope(String op, String before, String after) {
    return """
        {"before":%s,"after":%s,"op":"%s","ts_ms":1,"transaction":null,
         "source":{"schema":"public","table":"readings","lsn":27656136,"txId":100,
                   "ts_ms":1767225600000,"ts_us":1767225600000123}}"""
        .formatted(before, after, op);
  }

  @Test
  void anUpdateBecomesTheTagsOfBothImagesWithItsCause() throws Exception {
    readings.pipeInput(
        bytes("{\"id\":1}"),
        bytes(
            envelope("u", "{\"id\":1,\"organization_id\":7}", "{\"id\":1,\"organization_id\":8}")));

    var stale = (Invalidation.Stale) InvalidationJson.parse(invalidations.readValue());
    assertThat(stale.tags()).isEqualTo(Set.of("org:7", "org:8"));
    assertThat(stale.cause().op()).isEqualTo('u');
    assertThat(stale.cause().source().key()).isEqualTo("{\"id\":1}");
    assertThat(stale.cause().source().lsn()).hasToString("0/1A5FFC8");
    assertThat(stale.cause().source().xid()).isEqualTo(100);
    assertThat(stale.cause().source().committedMicros()).isEqualTo(1767225600000123L);
  }

  @Test
  void theSchemaFormOfTheEnvelopeIsUnderstoodToo() throws Exception {
    String value = envelope("c", "null", "{\"id\":1,\"organization_id\":7}");
    readings.pipeInput(
        bytes("{\"schema\":{\"type\":\"struct\"},\"payload\":{\"id\":1}}"),
        bytes("{\"schema\":{\"fields\":[{\"op\":1}]},\"payload\":" + value + "}"));

    var stale = (Invalidation.Stale) InvalidationJson.parse(invalidations.readValue());
    assertThat(stale.tags()).containsExactly("org:7");
    assertThat(stale.cause().source().key()).isEqualTo("{\"id\":1}");
  }

  @Test
  void aTombstoneSaysNothing() {
    readings.pipeInput(new TestRecord<>(bytes("{\"id\":1}"), null));
    assertThat(invalidations.isEmpty()).isTrue();
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void aHeartbeatOfThisNamespaceBecomesAWatermark() throws Exception {
    String value =
        """
        {"before":null,"op":"u","after":{"namespace":"%s","xid":4294967400,"snapshot_xmin":"4294967399"},
         "source":{"schema":"freshet","table":"heartbeat","lsn":16,"txId":104,"ts_us":5}}""";
    heartbeats.pipeInput(bytes("{}"), bytes(value.formatted("another")));
    heartbeats.pipeInput(bytes("{}"), bytes(value.formatted("shop")));

    assertThat(invalidations.readValuesToList())
        .singleElement()
        .satisfies(
            bytes ->
                assertThat(InvalidationJson.parse(bytes))
                    .isEqualTo(
                        new Invalidation.Watermark(
                            dev.freshet.events.Lsn.parse("0/10"), 4294967400L, 4294967399L, 5)));
  }

  @Test
  void whatCannotBeReadGoesToDeadLettersWithItsOriginAndTheNextOneIsHandled() throws Exception {
    List<String> garbage =
        List.of(
            "not json",
            "[]",
            "\"text\"",
            "{",
            "{}",
            "{\"op\":\"u\"}",
            envelope("x", "null", "null"),
            envelope("u", "null", "null"),
            envelope("u", "null", "[1]"),
            "\u0000\u0001");
    for (String value : garbage) {
      readings.pipeInput(bytes("k"), bytes(value));
    }
    readings.pipeInput(
        bytes("{\"id\":1}"), bytes(envelope("c", "null", "{\"organization_id\":7}")));

    for (int i = 0; i < garbage.size(); i++) {
      TestRecord<byte[], byte[]> letter = deadLetters.readRecord();
      assertThat(letter.value()).isEqualTo(bytes(garbage.get(i)));
      DeadLetter origin = DeadLetter.from(letter.headers());
      assertThat(origin).isNotNull();
      assertThat(origin.topic()).isEqualTo("shop.cdc.public.readings");
      assertThat(origin.offset()).isEqualTo(i);
      assertThat(origin.stage()).isEqualTo("invalidation-stream");
      assertThat(origin.reason()).isNotBlank();
    }
    assertThat(invalidations.readValuesToList()).hasSize(1);
  }
}

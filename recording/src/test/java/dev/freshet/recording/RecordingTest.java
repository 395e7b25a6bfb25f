package dev.freshet.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-23T09:00:00Z"));
  private static final Map<String, Integer> TOPICS = Map.of("a", 2, "b", 1, "silent", 3);

  @TempDir Path folder;

  private static ConsumerRecord<byte[], byte[]> record(
      String topic,
      int partition,
      long offset,
      long millis,
      byte @Nullable [] key,
      byte @Nullable [] value) {
    return new ConsumerRecord<>(
        topic,
        partition,
        offset,
        millis,
        TimestampType.CREATE_TIME,
        0,
        0,
        key,
        value,
        new RecordHeaders(),
        Optional.empty());
  }

  private static ConsumerRecord<byte[], byte[]> at(
      String topic, int partition, long offset, long millis) {
    byte[] text = "%s-%d@%d".formatted(topic, partition, offset).getBytes(StandardCharsets.UTF_8);
    return record(topic, partition, offset, millis, null, text);
  }

  private Path write(List<ConsumerRecord<byte[], byte[]>> records) throws IOException {
    Path path = folder.resolve("run.frec");
    try (RecordingWriter writer = RecordingWriter.create(path, "shop", TOPICS, true, CLOCK)) {
      for (ConsumerRecord<byte[], byte[]> record : records) {
        writer.add(record);
      }
      writer.finish();
    }
    return path;
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(Path path, TimeRange range)
      throws IOException {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (RecordingFile file = RecordingFile.open(path)) {
      RecordIterator records = file.records(file.check(true), range);
      for (var next = records.next(); next.isPresent(); next = records.next()) {
        all.add(next.get());
      }
    }
    return all;
  }

  private static List<String> texts(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream().map(r -> new String(r.value(), StandardCharsets.UTF_8)).toList();
  }

  @Test
  void nullsHeadersTimestampsAndTheirKindsComeBack() throws IOException {
    RecordHeaders headers = new RecordHeaders();
    headers.add("same", new byte[] {1}).add("same", null).add("ünï", new byte[0]);
    ConsumerRecord<byte[], byte[]> odd =
        new ConsumerRecord<>(
            "a",
            1,
            Long.MAX_VALUE / 4,
            -1,
            TimestampType.LOG_APPEND_TIME,
            0,
            0,
            new byte[0],
            null,
            headers,
            Optional.empty());
    List<ConsumerRecord<byte[], byte[]>> back =
        read(write(List.of(odd, record("b", 0, 7, 5, null, new byte[0]))), TimeRange.ALL);
    assertThat(back).hasSize(2);
    ConsumerRecord<byte[], byte[]> first = back.get(0);
    assertThat(first.offset()).isEqualTo(odd.offset());
    assertThat(first.timestamp()).isEqualTo(-1);
    assertThat(first.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
    assertThat(first.key()).isEmpty();
    assertThat(first.value()).isNull();
    assertThat(first.headers()).isEqualTo(odd.headers());
    assertThat(back.get(1).key()).isNull();
    assertThat(back.get(1).value()).isEmpty();
  }

  @Test
  void theOrderIsByTimeThenTopicThenPartitionAndNeverReordersAPartition() throws IOException {
    Path path =
        write(
            List.of(
                at("b", 0, 0, 10),
                at("a", 1, 0, 10),
                at("a", 0, 0, 10),
                at("a", 0, 1, 30),
                at("a", 0, 2, 5), // its timestamp goes back
                at("b", 0, 1, 20),
                at("b", 0, 2, 40)));
    assertThat(texts(read(path, TimeRange.ALL)))
        .containsExactly("a-0@0", "a-1@0", "b-0@0", "b-0@1", "a-0@1", "a-0@2", "b-0@2");
    assertThat(texts(read(path, new TimeRange(20, 40)))).containsExactly("b-0@1", "a-0@1");
  }

  @Test
  void theManifestTellsWhatIsInIt() throws IOException {
    Path path = write(List.of(at("a", 0, 3, 10), record("a", 0, 4, 9, new byte[1], null)));
    try (RecordingFile file = RecordingFile.open(path)) {
      Manifest manifest = file.manifest().orElseThrow();
      assertThat(manifest.namespace()).isEqualTo("shop");
      assertThat(manifest.records()).isEqualTo(2);
      assertThat(manifest.topics()).contains(new Manifest.Topic("silent", 3));
      Manifest.Stream stream = manifest.streams().get(0);
      assertThat(stream.tombstones()).isEqualTo(1);
      assertThat(stream.firstOffset()).isEqualTo(3);
      assertThat(stream.lastOffset()).isEqualTo(4);
      assertThat(stream.firstTimestamp()).isEqualTo(9);
      assertThat(stream.lastTimestamp()).isEqualTo(10);
      assertThat(file.check(true).damage()).isEmpty();
    }
  }

  @Test
  void manyBlocksComeBackInOneDigestAHundredTimes() throws Exception {
    Random random = new Random(7);
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    Map<String, Long> offsets = new HashMap<>();
    for (int i = 0; i < 4_000; i++) {
      String topic = random.nextBoolean() ? "a" : "b";
      int partition = topic.equals("a") ? random.nextInt(2) : 0;
      byte[] value = new byte[random.nextInt(700)];
      random.nextBytes(value);
      long offset = offsets.merge(topic + partition, 1L + random.nextInt(3), Long::sum);
      all.add(record(topic, partition, offset, 1000 + i / 3 - random.nextInt(50), null, value));
    }
    Path path = write(all);
    Set<String> digests = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      digests.add(digest(read(path, TimeRange.ALL)));
    }
    assertThat(digests).hasSize(1);
    assertThat(read(path, TimeRange.ALL)).hasSize(all.size());
    for (String partition : List.of("a0", "a1", "b0")) {
      assertThat(read(path, TimeRange.ALL).stream().filter(r -> of(r).equals(partition)))
          .extracting(ConsumerRecord::offset)
          .isEqualTo(
              all.stream()
                  .filter(r -> of(r).equals(partition))
                  .map(ConsumerRecord::offset)
                  .toList());
    }
  }

  private static String of(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + record.partition();
  }

  private static String digest(List<ConsumerRecord<byte[], byte[]>> records) {
    MessageDigest sum = Hex.sha256();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      sum.update(of(record).getBytes(StandardCharsets.UTF_8));
      sum.update(
          ByteBuffer.allocate(16).putLong(record.offset()).putLong(record.timestamp()).flip());
      sum.update(record.value());
      for (Header header : record.headers()) {
        sum.update(header.value());
      }
    }
    return Hex.of(sum.digest());
  }

  @Test
  void aFileCutOffAnywhereIsReadUpToTheBreak() throws IOException {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    Path path = folder.resolve("cut.frec");
    try (RecordingWriter writer = RecordingWriter.create(path, "", TOPICS, false, CLOCK)) {
      for (int i = 0; i < 20; i++) {
        writer.add(at("a", 0, i, i));
        writer.flush();
      }
      writer.finish();
    }
    byte[] whole = Files.readAllBytes(path);
    long before = 0;
    for (int length = Block.MAGIC.length; length < whole.length; length++) {
      Files.write(path, Arrays.copyOf(whole, length));
      try (RecordingFile file = RecordingFile.open(path)) {
        assertThat(file.manifest()).isEmpty();
        RecordingFile.Extent readable = file.check(true);
        assertThat(readable.damage()).isPresent();
        assertThat(readable.end()).isLessThanOrEqualTo(length);
        assertThat(readable.records()).isBetween(before, 20L);
        before = readable.records();
        all.clear();
        RecordIterator records = file.records(readable, TimeRange.ALL);
        for (var next = records.next(); next.isPresent(); next = records.next()) {
          all.add(next.get());
        }
        assertThat(all).hasSize((int) readable.records());
      }
    }
    assertThat(before).isEqualTo(20);
  }

  @Test
  void aChangedByteIsFoundWithItsPlace() throws IOException {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(at("a", 0, i, i));
    }
    Path path = write(all);
    byte[] whole = Files.readAllBytes(path);
    for (int i = Block.MAGIC.length; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= 0x10;
      Files.write(path, changed);
      try (RecordingFile file = RecordingFile.open(path)) {
        RecordingFile.Extent readable = file.check(false);
        assertThat(readable.damage()).as("byte %d", i).isPresent();
        assertThat(readable.end()).isLessThanOrEqualTo(i);
      }
    }
  }

  @Test
  void whatIsNoRecordingIsRefused() throws IOException {
    Path path = Files.writeString(folder.resolve("x"), "key,value\n1,2\n");
    assertThatThrownBy(() -> RecordingFile.open(path))
        .isInstanceOf(BrokenRecordingException.class)
        .hasMessageContaining("no recording");
    byte[] later = Block.MAGIC.clone();
    later[later.length - 1] = 2;
    Files.write(path, later);
    assertThatThrownBy(() -> RecordingFile.open(path)).hasMessageContaining("format 2");
  }
}

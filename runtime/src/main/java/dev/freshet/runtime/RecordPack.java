package dev.freshet.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * Records of one partition that came with one poll, handed to a topology as one: queues, sensors
 * and contexts of Kafka Streams cost more per record than counting a request does. Never leaves the
 * process.
 *
 * <p>The pack is the only header of a record without a key and a value. That record has the offset
 * of the first of them, because Kafka Streams commits the offset of the record it would read next.
 * So a pack is read as a whole, or again as a whole.
 */
public final class RecordPack implements Header {

  /** Records in a pack; few enough for a commit in between to be in time. */
  static final int MOST = 1000;

  private static final String KEY = "freshet-pack";
  private static final byte[] NOTHING = {};

  private final List<ConsumerRecord<byte[], byte[]>> records;

  /**
   * A pack.
   *
   * @param records at least one, of one partition, in order
   */
  public RecordPack(List<ConsumerRecord<byte[], byte[]>> records) {
    this.records = List.copyOf(records);
  }

  /** The pack among the headers of a record, if it is one. */
  public static Optional<RecordPack> in(Headers headers) {
    return headers.lastHeader(KEY) instanceof RecordPack pack
        ? Optional.of(pack)
        : Optional.empty();
  }

  /** The records in it, in order. */
  public List<ConsumerRecord<byte[], byte[]>> records() {
    return records;
  }

  /** The same records, those of {@code topic} as packs. */
  static ConsumerRecords<byte[], byte[]> pack(
      ConsumerRecords<byte[], byte[]> polled, String topic) {
    if (polled.isEmpty()) {
      return polled;
    }
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> packed = new LinkedHashMap<>();
    for (TopicPartition partition : polled.partitions()) {
      List<ConsumerRecord<byte[], byte[]>> records = polled.records(partition);
      packed.put(partition, partition.topic().equals(topic) ? packs(records) : records);
    }
    return new ConsumerRecords<>(packed, polled.nextOffsets());
  }

  private static List<ConsumerRecord<byte[], byte[]>> packs(
      List<ConsumerRecord<byte[], byte[]>> records) {
    List<ConsumerRecord<byte[], byte[]>> packs = new ArrayList<>();
    for (int from = 0; from < records.size(); from += MOST) {
      int to = Math.min(records.size(), from + MOST);
      packs.add(new RecordPack(records.subList(from, to)).asRecord());
    }
    return packs;
  }

  /** The record that stands for all of them. */
  public ConsumerRecord<byte[], byte[]> asRecord() {
    ConsumerRecord<byte[], byte[]> first = records.get(0);
    ConsumerRecord<byte[], byte[]> last = records.get(records.size() - 1);
    long bytes = 0;
    for (ConsumerRecord<byte[], byte[]> record : records) {
      bytes += Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
    }
    return new ConsumerRecord<>(
        first.topic(),
        first.partition(),
        first.offset(),
        last.timestamp(),
        TimestampType.CREATE_TIME,
        0,
        (int) Math.min(Integer.MAX_VALUE, bytes),
        NOTHING,
        NOTHING,
        new RecordHeaders(new Header[] {this}),
        first.leaderEpoch());
  }

  @Override
  public String key() {
    return KEY;
  }

  @Override
  public byte[] value() {
    return NOTHING;
  }
}

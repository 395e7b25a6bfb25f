package dev.freshet.recording;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.freshet.events.Varints;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** Records as the bytes of a block; offsets and timestamps as differences to the one before. */
final class Codec {

  private static final int NO_KEY = 1;
  private static final int NO_VALUE = 2;
  private static final int LOG_APPEND = 4;
  private static final int LEVEL = 3; // of zstd: its own default

  private Codec() {}

  static void write(
      Varints out, ConsumerRecord<byte[], byte[]> record, long offsetBefore, long millisBefore) {
    out.one(
        (record.key() == null ? NO_KEY : 0)
            | (record.value() == null ? NO_VALUE : 0)
            | (record.timestampType() == TimestampType.LOG_APPEND_TIME ? LOG_APPEND : 0));
    out.zigzag(record.offset() - offsetBefore);
    out.zigzag(record.timestamp() - millisBefore);
    if (record.key() != null) {
      put(out, record.key());
    }
    if (record.value() != null) {
      put(out, record.value());
    }
    Header[] headers = record.headers().toArray();
    out.varint(headers.length);
    for (Header header : headers) {
      put(out, header.key().getBytes(StandardCharsets.UTF_8));
      byte[] value = header.value();
      out.varint(value == null ? 0 : value.length + 1L);
      if (value != null) {
        out.all(value, 0, value.length);
      }
    }
  }

  private static void put(Varints out, byte[] bytes) {
    out.varint(bytes.length);
    out.all(bytes, 0, bytes.length);
  }

  static List<ConsumerRecord<byte[], byte[]>> read(
      byte[] bytes, int count, TopicPartition partition) {
    Varints in = new Varints(bytes, 0, bytes.length);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    long offset = 0;
    long millis = 0;
    for (int i = 0; i < count; i++) {
      int flags = in.one();
      offset += in.zigzag();
      millis += in.zigzag();
      byte[] key = (flags & NO_KEY) != 0 ? null : sized(in, bytes);
      byte[] value = (flags & NO_VALUE) != 0 ? null : sized(in, bytes);
      records.add(
          new ConsumerRecord<>(
              partition.topic(),
              partition.partition(),
              offset,
              millis,
              (flags & LOG_APPEND) != 0 ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
              key == null ? ConsumerRecord.NULL_SIZE : key.length,
              value == null ? ConsumerRecord.NULL_SIZE : value.length,
              key,
              value,
              headers(in, bytes),
              Optional.empty()));
    }
    if (in.left() != 0) {
      throw new IllegalArgumentException(in.left() + " bytes are left after the last record");
    }
    return records;
  }

  private static RecordHeaders headers(Varints in, byte[] bytes) {
    RecordHeaders headers = new RecordHeaders();
    long count = in.varint();
    for (long i = 0; i < count; i++) {
      String name = new String(sized(in, bytes), StandardCharsets.UTF_8);
      long length = in.varint();
      byte @Nullable [] value = length == 0 ? null : take(in, bytes, length - 1);
      headers.add(new RecordHeader(name, value));
    }
    return headers;
  }

  private static byte[] sized(Varints in, byte[] bytes) {
    return take(in, bytes, in.varint());
  }

  private static byte[] take(Varints in, byte[] bytes, long length) {
    int from = in.at();
    in.skip((int) Math.min(Math.max(length, -1), Integer.MAX_VALUE));
    return java.util.Arrays.copyOfRange(bytes, from, in.at());
  }

  static byte[] compress(byte[] raw) {
    return Zstd.compress(raw, LEVEL);
  }

  /** The inverse; an {@link IllegalArgumentException} when it is not what was compressed. */
  static byte[] decompress(byte[] stored, int rawLength) {
    try {
      byte[] raw = Zstd.decompress(stored, rawLength);
      if (raw.length != rawLength) {
        throw new IllegalArgumentException("the block is shorter than it says");
      }
      return raw;
    } catch (ZstdException e) {
      throw new IllegalArgumentException("the block cannot be decompressed: " + e.getMessage(), e);
    }
  }
}

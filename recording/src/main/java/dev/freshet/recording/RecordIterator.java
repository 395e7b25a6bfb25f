package dev.freshet.recording;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Records of a recording, one after the other, in the order of a replay. */
public final class RecordIterator {

  private static final Comparator<Cursor> ORDER =
      Comparator.<Cursor>comparingLong(cursor -> cursor.head().timestamp())
          .thenComparing(cursor -> cursor.partition.topic())
          .thenComparingInt(cursor -> cursor.partition.partition());

  private final PriorityQueue<Cursor> cursors = new PriorityQueue<>(ORDER);

  RecordIterator(FileChannel file, RecordingFile.Extent readable, TimeRange range)
      throws IOException {
    for (int i = 0; i < readable.streams().size(); i++) {
      Cursor cursor = new Cursor(file, i, readable.streams().get(i), readable.end(), range);
      if (cursor.advance()) {
        cursors.add(cursor);
      }
    }
  }

  /** The next record; empty after the last. */
  public Optional<ConsumerRecord<byte[], byte[]>> next() throws IOException {
    Cursor first = cursors.poll();
    if (first == null) {
      return Optional.empty();
    }
    ConsumerRecord<byte[], byte[]> record = first.head();
    if (first.advance()) {
      cursors.add(first);
    }
    return Optional.of(record);
  }

  /** One partition: goes over the blocks of the others by their heads. */
  private static final class Cursor {
    final FileChannel file;
    final int stream;
    final TopicPartition partition;
    final long end;
    final TimeRange range;
    long position = Block.MAGIC.length;
    List<ConsumerRecord<byte[], byte[]>> block = List.of();
    int at;
    @Nullable ConsumerRecord<byte[], byte[]> head;

    Cursor(FileChannel file, int stream, TopicPartition partition, long end, TimeRange range) {
      this.file = file;
      this.stream = stream;
      this.partition = partition;
      this.end = end;
      this.range = range;
    }

    ConsumerRecord<byte[], byte[]> head() {
      if (head == null) {
        throw new IllegalStateException("before the first record, or after the last");
      }
      return head;
    }

    boolean advance() throws IOException {
      while (true) {
        while (at < block.size()) {
          ConsumerRecord<byte[], byte[]> next = block.get(at++);
          if (range.contains(next.timestamp())) {
            head = next;
            return true;
          }
        }
        if (!nextBlock()) {
          head = null;
          return false;
        }
      }
    }

    private boolean nextBlock() throws IOException {
      while (position < end) {
        long here = position;
        Block next = Block.at(file, here);
        position = next.after(here);
        boolean mine = next.kind() == Block.RECORDS && next.stream() == stream;
        if (mine && range.touches(next.lowest(), next.highest())) {
          block = read(next, here);
          at = 0;
          return true;
        }
      }
      return false;
    }

    private List<ConsumerRecord<byte[], byte[]>> read(Block next, long here) throws IOException {
      try {
        byte[] raw = Codec.decompress(next.content(file, here), next.raw());
        return Codec.read(raw, next.records(), partition);
      } catch (IllegalArgumentException e) {
        throw new BrokenRecordingException(here, String.valueOf(e.getMessage()));
      }
    }
  }
}

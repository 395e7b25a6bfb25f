package dev.freshet.recording;

import dev.freshet.events.Varints;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Writes a recording. Keeps at most {@value #MOST_OPEN} bytes of records that are not yet in the
 * file, whatever comes. A file whose writer was not closed has no manifest; what was flushed can be
 * read. Not thread-safe.
 */
public final class RecordingWriter implements Closeable {

  static final int BLOCK = 256 << 10; // bytes, uncompressed
  static final long MOST_OPEN = 64L << 20;

  // Not a channel: those are closed when their thread is interrupted, and the end would be lost.
  private final RandomAccessFile file;
  private final String namespace;
  private final Map<String, Integer> topics;
  private final InstantSource clock;
  private final Map<TopicPartition, OpenStream> streams = new LinkedHashMap<>();
  private long openBytes;
  private long records;

  private RecordingWriter(
      RandomAccessFile file, String namespace, Map<String, Integer> topics, InstantSource clock) {
    this.file = file;
    this.namespace = namespace;
    this.topics = Map.copyOf(topics);
    this.clock = clock;
  }

  /**
   * A writer of a new file.
   *
   * @param namespace of the application; may be empty
   * @param topics how many partitions each topic has
   * @param replace whether a file that is there may be replaced
   */
  public static RecordingWriter create(
      Path path,
      String namespace,
      Map<String, Integer> topics,
      boolean replace,
      InstantSource clock)
      throws IOException {
    if (!replace) {
      Files.createFile(path);
    }
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    file.setLength(0);
    RecordingWriter writer = new RecordingWriter(file, namespace, topics, clock);
    file.write(Block.MAGIC);
    return writer;
  }

  /** One partition and its records that are not yet in the file. */
  private static final class OpenStream {
    final int number;
    final TopicPartition partition;
    final MessageDigest sha256 = Hex.sha256();
    final Varints block = new Varints(4096);
    int waiting;
    long lowest;
    long highest;
    long offsetBefore;
    long millisBefore;
    long records;
    long tombstones;
    long bytes;
    long firstOffset = -1;
    long lastOffset = -1;
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;

    OpenStream(int number, TopicPartition partition) {
      this.number = number;
      this.partition = partition;
      clear();
    }

    void clear() {
      block.clear();
      waiting = 0;
      lowest = Long.MAX_VALUE;
      highest = Long.MIN_VALUE;
      offsetBefore = 0;
      millisBefore = 0;
    }

    void add(ConsumerRecord<byte[], byte[]> record) {
      Codec.write(block, record, offsetBefore, millisBefore);
      offsetBefore = record.offset();
      millisBefore = record.timestamp();
      waiting++;
      records++;
      tombstones += record.value() == null ? 1 : 0;
      lowest = Math.min(lowest, record.timestamp());
      highest = Math.max(highest, record.timestamp());
      first = Math.min(first, lowest);
      last = Math.max(last, highest);
      firstOffset = firstOffset < 0 ? record.offset() : firstOffset;
      lastOffset = record.offset();
    }

    Manifest.Stream told() {
      return new Manifest.Stream(
          partition.topic(),
          partition.partition(),
          records,
          tombstones,
          bytes,
          firstOffset,
          lastOffset,
          first,
          last,
          Hex.of(sha256.digest()));
    }
  }

  /** Adds a record; those of a partition come in the order of their offsets. */
  public void add(ConsumerRecord<byte[], byte[]> record) throws IOException {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    OpenStream stream = streams.get(partition);
    if (stream == null) {
      stream = new OpenStream(streams.size(), partition);
      streams.put(partition, stream);
      byte[] name = StreamName.write(partition);
      write(Block.of(Block.STREAM, stream.number, 0, 0, 0, name.length, name), name);
    }
    int before = stream.block.at();
    stream.add(record);
    openBytes += stream.block.at() - before;
    records++;
    if (stream.block.at() >= BLOCK) {
      write(stream);
    }
    if (openBytes > MOST_OPEN) {
      write(streams.values().stream().max(Comparator.comparingInt(s -> s.block.at())).get());
    }
  }

  /** Records so far. */
  public long records() {
    return records;
  }

  /** Bytes in the file so far. */
  public long bytes() throws IOException {
    return file.getFilePointer();
  }

  /** Puts what came so far into the file, so that it is kept when the process dies. */
  public void flush() throws IOException {
    for (OpenStream stream : streams.values()) {
      if (stream.waiting > 0) {
        write(stream);
      }
    }
  }

  private void write(OpenStream stream) throws IOException {
    byte[] raw = stream.block.toBytes();
    byte[] stored = Codec.compress(raw);
    write(
        Block.of(
            Block.RECORDS,
            stream.number,
            stream.waiting,
            stream.lowest,
            stream.highest,
            raw.length,
            stored),
        stored);
    stream.sha256.update(raw);
    stream.bytes += raw.length;
    openBytes -= raw.length;
    stream.clear();
  }

  private void write(Block block, byte[] stored) throws IOException {
    file.write(block.head().array());
    file.write(stored);
  }

  /** Writes what is left, and the manifest. */
  public Manifest finish() throws IOException {
    flush();
    List<Manifest.Stream> told = new ArrayList<>();
    streams.values().forEach(stream -> told.add(stream.told()));
    Manifest manifest =
        new Manifest(
            Manifest.FORMAT,
            clock.instant().toString(),
            namespace,
            records,
            topics.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(topic -> new Manifest.Topic(topic.getKey(), topic.getValue()))
                .toList(),
            told,
            Hex.sha256Of(told));
    long position = file.getFilePointer();
    byte[] json = manifest.json().getBytes(StandardCharsets.UTF_8);
    write(Block.of(Block.MANIFEST, 0, 0, 0, 0, json.length, json), json);
    file.write(ByteBuffer.allocate(Block.TRAILER).putLong(position).put(Block.END).array());
    file.getFD().sync();
    return manifest;
  }

  /** Closes the file; without {@link #finish} it counts as cut off. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}

package dev.freshet.recording;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * The head of a block: everything in a recording but its first and last bytes.
 *
 * @param kind {@link #STREAM}, {@link #RECORDS} or {@link #MANIFEST}
 * @param stream number of the partition, from 0
 * @param records how many
 * @param lowest timestamp
 * @param highest timestamp
 * @param raw bytes of the content
 * @param stored bytes of the content in the file
 * @param crc CRC-32C of the head before it and the stored content
 */
record Block(
    byte kind, int stream, int records, long lowest, long highest, int raw, int stored, int crc) {

  static final byte STREAM = 'P';
  static final byte RECORDS = 'R';
  static final byte MANIFEST = 'M';

  /** First bytes of the file; changed by whatever takes it for text. The last is the version. */
  static final byte[] MAGIC = {(byte) 0x89, 'F', 'R', 'E', 'C', '\r', '\n', Manifest.FORMAT};

  /** Last bytes of the file, after the position of the manifest. */
  static final byte[] END = {'F', 'R', 'E', 'C', '-', 'E', 'N', 'D'};

  static final int HEAD = 37;
  static final int TRAILER = 8 + END.length;

  /** More than any record Kafka takes; what claims to be larger is broken. */
  static final int LARGEST = 256 << 20;

  static Block of(
      byte kind, int stream, int records, long lowest, long highest, int raw, byte[] stored) {
    Block open = new Block(kind, stream, records, lowest, highest, raw, stored.length, 0);
    CRC32C crc = open.crcOfHead();
    crc.update(stored);
    return new Block(
        kind, stream, records, lowest, highest, raw, stored.length, (int) crc.getValue());
  }

  private ByteBuffer headWithoutCrc() {
    ByteBuffer head = ByteBuffer.allocate(HEAD);
    head.put(kind).putInt(stream).putInt(records).putLong(lowest).putLong(highest);
    return head.putInt(raw).putInt(stored);
  }

  ByteBuffer head() {
    return headWithoutCrc().putInt(crc).flip();
  }

  /** To be continued with the stored content. */
  CRC32C crcOfHead() {
    CRC32C sum = new CRC32C();
    sum.update(headWithoutCrc().flip());
    return sum;
  }

  /**
   * The head at a position.
   *
   * @throws BrokenRecordingException when it cannot be one
   */
  static Block at(FileChannel file, long position) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEAD);
    readFully(file, head, position);
    head.flip();
    Block block =
        new Block(
            head.get(),
            head.getInt(),
            head.getInt(),
            head.getLong(),
            head.getLong(),
            head.getInt(),
            head.getInt(),
            head.getInt());
    boolean known = block.kind == STREAM || block.kind == RECORDS || block.kind == MANIFEST;
    if (!known
        || block.stream < 0
        || block.records < 0
        || block.raw < 0
        || block.raw > LARGEST
        || block.stored < 0
        || block.stored > LARGEST) {
      throw new BrokenRecordingException(position, "no block begins there");
    }
    return block;
  }

  /** The stored content, checked. */
  byte[] content(FileChannel file, long position) throws IOException {
    if (after(position) > file.size()) {
      throw new EOFException(); // before memory is taken for what is not there
    }
    ByteBuffer content = ByteBuffer.allocate(stored);
    readFully(file, content, position + HEAD);
    CRC32C sum = crcOfHead();
    sum.update(content.array());
    if ((int) sum.getValue() != crc) {
      throw new BrokenRecordingException(position, "the checksum of the block does not fit");
    }
    return content.array();
  }

  /** Where the next block begins. */
  long after(long position) {
    return position + HEAD + stored;
  }

  static void readFully(FileChannel file, ByteBuffer into, long position) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int read = file.read(into, at);
      if (read < 0) {
        throw new EOFException();
      }
      at += read;
    }
  }
}

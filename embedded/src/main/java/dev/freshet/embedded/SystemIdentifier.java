package dev.freshet.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The number by which Postgres tells one database system from another.
 *
 * <p>Copies of a template would all bear the same one, and a pipeline that watches for "this is
 * another database now" could not be tested. It stands in the first 8 bytes of {@code
 * global/pg_control}, which ends with a CRC-32C of what precedes, and, unchecked, at byte 24 of
 * each WAL segment (the long page header); both in the processor's byte order.
 */
final class SystemIdentifier {
  private static final int CONTROL_BYTES_MIN = 128;
  private static final int CONTROL_BYTES_MAX = 512;
  private static final int WAL_HEADER_OFFSET = 24;

  private SystemIdentifier() {}

  /**
   * Gives a database just made, and shut down cleanly, another identifier.
   *
   * @throws IOException also when the files do not look as expected; nothing was changed then
   */
  static void set(Path data, long identifier) throws IOException {
    Path control = data.resolve("global").resolve("pg_control");
    byte[] bytes = Files.readAllBytes(control);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    int crcOffset = crcOffset(bytes);
    long old = buffer.getLong(0);

    // A database just made has exactly one segment: so it is changed whole or not at all.
    Path segment = onlySegment(data.resolve("pg_wal"));
    ByteBuffer eight = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    try (FileChannel file =
        FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (file.read(eight, WAL_HEADER_OFFSET) != 8 || eight.getLong(0) != old) {
        throw new IOException(segment + " does not bear the identifier " + old);
      }
      eight.clear().putLong(0, identifier);
      file.write(eight, WAL_HEADER_OFFSET);
    }
    buffer.putLong(0, identifier);
    buffer.putInt(crcOffset, crc(bytes, crcOffset));
    Files.write(control, bytes);
  }

  private static Path onlySegment(Path wal) throws IOException {
    try (DirectoryStream<Path> segments = Files.newDirectoryStream(wal, "[0-9A-F]*")) {
      List<Path> found = new ArrayList<>();
      segments.forEach(found::add);
      if (found.size() != 1) {
        throw new IOException("one WAL segment was expected, there are " + found);
      }
      return found.get(0);
    }
  }

  /** Where the checksum stands differs between releases, but only there does it fit. */
  private static int crcOffset(byte[] bytes) throws IOException {
    ByteBuffer control = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    int end = Math.min(CONTROL_BYTES_MAX, control.capacity() - 4);
    for (int offset = CONTROL_BYTES_MIN; offset <= end; offset += 4) {
      if (control.getInt(offset) == crc(bytes, offset)) {
        return offset;
      }
    }
    throw new IOException("pg_control has no checksum in its first " + end + " bytes");
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}

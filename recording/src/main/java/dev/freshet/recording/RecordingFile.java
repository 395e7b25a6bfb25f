package dev.freshet.recording;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** A recording to be read. Not thread-safe. */
public final class RecordingFile implements Closeable {

  private final FileChannel file;
  private final long size;

  private RecordingFile(FileChannel file, long size) {
    this.file = file;
    this.size = size;
  }

  /**
   * Opens a file.
   *
   * @throws BrokenRecordingException when it is no recording, or one of a later version
   */
  public static RecordingFile open(Path path) throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    try {
      RecordingFile recording = new RecordingFile(file, file.size());
      recording.requireMagic();
      return recording;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private void requireMagic() throws IOException {
    ByteBuffer first = ByteBuffer.allocate(Block.MAGIC.length);
    int version = Block.MAGIC.length - 1;
    try {
      Block.readFully(file, first, 0);
    } catch (EOFException tooShort) {
      throw new BrokenRecordingException(0, "this is no recording: it is too short");
    }
    byte[] found = first.array();
    if (Arrays.mismatch(found, 0, version, Block.MAGIC, 0, version) >= 0) {
      throw new BrokenRecordingException(0, "this is no recording: it begins otherwise");
    }
    if (found[version] != Manifest.FORMAT) {
      throw new BrokenRecordingException(
          version,
          "a recording of format %d; this program reads format %d"
              .formatted(found[version], Manifest.FORMAT));
    }
  }

  /** The manifest; empty when the file was cut off or never ended. */
  public Optional<Manifest> manifest() throws IOException {
    try {
      ByteBuffer trailer = ByteBuffer.allocate(Block.TRAILER);
      Block.readFully(file, trailer, Math.max(0, size - Block.TRAILER));
      long position = trailer.flip().getLong();
      boolean ended = trailer.equals(ByteBuffer.wrap(Block.END));
      if (!ended || position < Block.MAGIC.length || position >= size) {
        return Optional.empty();
      }
      Block block = Block.at(file, position);
      return block.kind() == Block.MANIFEST
          ? Optional.of(Manifest.read(block.content(file, position)))
          : Optional.empty();
    } catch (EOFException | BrokenRecordingException cutOff) {
      return Optional.empty();
    }
  }

  /**
   * What can be read of a file.
   *
   * @param streams the partitions, in the order of their numbers
   * @param records that can be read
   * @param end where the readable part ends, bytes from the beginning
   * @param damage why it ends there; empty when the file is whole
   */
  public record Extent(
      List<TopicPartition> streams, long records, long end, Optional<String> damage) {

    public Extent {
      streams = List.copyOf(streams);
    }
  }

  /**
   * Reads the file once and checks it, to the first damage.
   *
   * @param deep whether records are decompressed and compared with the manifest's SHA-256 too; the
   *     checksums of the blocks find accidents, this finds everything
   */
  public Extent check(boolean deep) throws IOException {
    List<TopicPartition> streams = new ArrayList<>();
    List<MessageDigest> digests = new ArrayList<>();
    long position = Block.MAGIC.length;
    long records = 0;
    try {
      while (true) {
        Block block = Block.at(file, position);
        byte[] content = block.content(file, position);
        if (block.kind() == Block.MANIFEST) {
          compare(Manifest.read(content), records, deep ? digests : List.of(), block, position);
          return new Extent(streams, records, position, Optional.empty());
        }
        if (block.kind() == Block.STREAM && block.stream() == streams.size()) {
          streams.add(StreamName.read(content));
          digests.add(Hex.sha256());
        } else if (block.kind() == Block.STREAM || block.stream() >= streams.size()) {
          throw new BrokenRecordingException(position, "a block of an unknown partition");
        } else if (deep) {
          byte[] raw = Codec.decompress(content, block.raw());
          Codec.read(raw, block.records(), streams.get(block.stream()));
          digests.get(block.stream()).update(raw);
        }
        records += block.records();
        position = block.after(position);
      }
    } catch (EOFException cutOff) {
      return new Extent(streams, records, position, Optional.of("the file ends there"));
    } catch (BrokenRecordingException | IllegalArgumentException broken) {
      return new Extent(
          streams, records, position, Optional.of(String.valueOf(broken.getMessage())));
    }
  }

  private void compare(
      Manifest manifest, long records, List<MessageDigest> digests, Block block, long position)
      throws IOException {
    if (manifest.records() != records || !manifest().isPresent()) {
      throw new BrokenRecordingException(
          position,
          "the manifest tells of %d records, there are %d".formatted(manifest.records(), records));
    }
    if (size != block.after(position) + Block.TRAILER) {
      throw new BrokenRecordingException(block.after(position), "something follows the manifest");
    }
    for (int i = 0; i < Math.min(digests.size(), manifest.streams().size()); i++) {
      if (!manifest.streams().get(i).sha256().equals(Hex.of(digests.get(i).digest()))) {
        throw new BrokenRecordingException(
            position,
            "the SHA-256 of %s does not fit".formatted(manifest.streams().get(i).topic()));
      }
    }
  }

  /**
   * The records in the order of a replay: of the next records of all partitions, the one with the
   * lowest timestamp; of equal ones the first by topic, then by partition. So records of a
   * partition keep their order even where their timestamps do not rise. Holds one block of each
   * partition in memory.
   *
   * @param readable what {@link #check} found
   */
  public RecordIterator records(Extent readable, TimeRange range) throws IOException {
    return new RecordIterator(file, readable, range);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}

package dev.freshet.ingest.requests;

import dev.freshet.runtime.config.ByteSize;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Reads the body of a request: bounded as it comes and bounded once unpacked. */
record Body(ByteSize maxPacked, ByteSize maxUnpacked) {

  private static final int STEP = 16 << 10;

  /**
   * The body's bytes.
   *
   * @param encoding the Content-Encoding, null when there is none
   * @throws Refusal when it is too large, not what the encoding says, or in an unknown encoding
   */
  byte[] read(InputStream packed, @Nullable String encoding) throws Refusal, IOException {
    String kind = encoding == null ? "identity" : encoding.toLowerCase(Locale.ROOT).strip();
    Bounded bounded = new Bounded(packed, maxPacked.bytes());
    if (kind.equals("identity") || kind.isEmpty()) {
      return all(bounded, bounded);
    }
    if (!kind.equals("gzip")) {
      throw Refusal.forGood(415, "Content-Encoding is gzip or identity, found " + kind);
    }
    try (InputStream unpacked = new GZIPInputStream(bounded, STEP)) {
      return all(unpacked, bounded);
    } catch (ZipException | EOFException broken) {
      throw bounded.exceeded ? tooLarge() : broken(broken);
    }
  }

  private byte[] all(InputStream in, Bounded bounded) throws IOException, Refusal {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(STEP);
    byte[] step = new byte[STEP];
    int read;
    while ((read = in.read(step)) >= 0) {
      if (bytes.size() + read > maxUnpacked.bytes()) {
        throw Refusal.forGood(413, "a body has at most %s once unpacked".formatted(maxUnpacked));
      }
      bytes.write(step, 0, read);
    }
    if (bounded.exceeded) {
      throw tooLarge();
    }
    return bytes.toByteArray();
  }

  private Refusal tooLarge() {
    return Refusal.forGood(413, "a body has at most %s".formatted(maxPacked));
  }

  private static Refusal broken(IOException cause) {
    return Refusal.forGood(400, "the body is not gzip: " + cause.getMessage());
  }

  /** Ends after so many bytes and remembers that there were more. */
  private static final class Bounded extends InputStream {
    private final InputStream in;
    private long left;
    boolean exceeded;

    Bounded(InputStream in, long left) {
      this.in = in;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = in.read(into, offset, (int) Math.min(length, Math.max(1, left)));
      if (read > left) {
        exceeded = true;
        return -1;
      }
      left -= Math.max(0, read);
      return read;
    }
  }
}

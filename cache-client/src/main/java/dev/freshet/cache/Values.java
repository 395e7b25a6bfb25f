package dev.freshet.cache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Values to payloads and back: through the codec, and packed when that makes them smaller.
 *
 * @param packAbove payloads of this many bytes and more are packed
 */
record Values(Codec codec, int packAbove) {

  /** A payload and how it is encoded. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Payload(String encoding, byte[] bytes) {}

  Payload encode(Optional<?> value, ValueType<?> type) throws IOException {
    if (value.isEmpty()) {
      return new Payload(StoredEntry.NONE, new byte[0]);
    }
    byte[] plain = bytes(value.get(), type);
    if (plain.length >= packAbove) {
      byte[] packed = pack(plain);
      if (packed.length < plain.length) {
        return new Payload(StoredEntry.GZIP, packed);
      }
    }
    return new Payload(StoredEntry.PLAIN, plain);
  }

  /** What the codec makes of it. */
  @SuppressWarnings("unchecked") // a value is decoded to, or was loaded as, its type
  byte[] bytes(Object value, ValueType<?> type) throws IOException {
    try {
      return codec.encode(value, (ValueType<Object>) type);
    } catch (RuntimeException e) {
      throw new IOException("the codec could not write a " + type, e);
    }
  }

  Held decode(StoredEntry entry, ValueType<?> type) throws IOException {
    return new Held(
        value(entry, type),
        type,
        entry.loadedMillis(),
        entry.loadMicros(),
        entry.freshMillis(),
        entry.tags(),
        entry.raw().length);
  }

  private Optional<?> value(StoredEntry entry, ValueType<?> type) throws IOException {
    byte[] payload = Arrays.copyOfRange(entry.raw(), entry.payloadAt(), entry.raw().length);
    try {
      return switch (entry.encoding()) {
        case StoredEntry.NONE -> Optional.empty();
        case StoredEntry.PLAIN -> Optional.of(codec.decode(payload, type));
        case StoredEntry.GZIP -> Optional.of(codec.decode(unpack(payload), type));
        default -> throw new IOException("unknown encoding \"" + entry.encoding() + "\"");
      };
    } catch (RuntimeException e) {
      throw new IOException("the codec could not read a " + type, e);
    }
  }

  private static byte[] pack(byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream(plain.length / 2);
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  private static byte[] unpack(byte[] packed) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return in.readAllBytes();
    }
  }
}

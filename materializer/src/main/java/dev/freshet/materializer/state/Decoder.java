package dev.freshet.materializer.state;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads what {@link Encoder} wrote, in the same order. */
public final class Decoder {

  private final byte[] bytes;
  private int at;

  /** Reads from {@code start} on. */
  public Decoder(byte[] bytes, int start) {
    this.bytes = bytes;
    this.at = start;
  }

  public Decoder(byte[] bytes) {
    this(bytes, 0);
  }

  /** Whether everything has been read. */
  public boolean atEnd() {
    return at == bytes.length;
  }

  public int read() {
    return bytes[at++];
  }

  private long fixed() {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = (value << 8) | (bytes[at++] & 0xFF);
    }
    return value;
  }

  public long number() {
    long rest = 0;
    int shift = 0;
    byte next;
    do {
      next = bytes[at++];
      rest |= (long) (next & 0x7F) << shift;
      shift += 7;
    } while (next < 0);
    return (rest >>> 1) ^ -(rest & 1);
  }

  public byte[] sized() {
    int length = (int) number();
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  public String text() {
    int length = (int) number();
    at += length;
    return new String(bytes, at - length, length, StandardCharsets.UTF_8);
  }

  public @Nullable Object value() {
    byte kind = bytes[at++];
    return switch (kind) {
      case Encoder.NULL -> null;
      case Encoder.FALSE -> false;
      case Encoder.TRUE -> true;
      case Encoder.LONG -> number();
      case Encoder.DOUBLE -> Double.longBitsToDouble(fixed());
      case Encoder.SMALL_NUMERIC -> {
        int scale = (int) number();
        yield BigDecimal.valueOf(number(), scale);
      }
      case Encoder.NUMERIC -> {
        int scale = (int) number();
        yield new BigDecimal(new BigInteger(sized()), scale);
      }
      case Encoder.TEXT -> text();
      case Encoder.UUID_VALUE -> new UUID(fixed(), fixed());
      default -> throw new IllegalStateException("no value begins with " + kind);
    };
  }

  /** As many values as the row has columns. */
  public @Nullable Object[] row(int width) {
    @Nullable Object[] row = new @Nullable Object[width];
    for (int i = 0; i < width; i++) {
      row[i] = value();
    }
    return row;
  }
}

package dev.freshet.materializer.state;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** Writes values exactly as they are, display scale included, into a growing buffer. */
public final class Encoder {

  static final byte NULL = 0;
  static final byte FALSE = 1;
  static final byte TRUE = 2;
  static final byte LONG = 3;
  static final byte DOUBLE = 4;
  static final byte SMALL_NUMERIC = 5;
  static final byte NUMERIC = 6;
  static final byte TEXT = 7;
  static final byte UUID_VALUE = 8;

  private byte[] buffer = new byte[64];
  private int size;

  private void room(int more) {
    if (size + more > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, size + more));
    }
  }

  /** One byte. */
  public Encoder write(int one) {
    room(1);
    buffer[size++] = (byte) one;
    return this;
  }

  /** Bytes without their length. */
  public Encoder write(byte[] bytes) {
    room(bytes.length);
    System.arraycopy(bytes, 0, buffer, size, bytes.length);
    size += bytes.length;
    return this;
  }

  /** Eight bytes, the highest first. */
  Encoder fixed(long value) {
    room(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      buffer[size++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** Seven bits per byte, small numbers of either sign short. */
  public Encoder number(long value) {
    room(10);
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7FL) != 0) {
      buffer[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
    return this;
  }

  /** A length, then the bytes. */
  public Encoder sized(byte[] bytes) {
    return number(bytes.length).write(bytes);
  }

  /** A text of any length. */
  public Encoder text(String text) {
    return sized(text.getBytes(StandardCharsets.UTF_8));
  }

  /** One value with its kind. */
  public Encoder value(@Nullable Object value) {
    if (value == null) {
      return write(NULL);
    }
    if (value instanceof Long number) {
      return write(LONG).number(number);
    }
    if (value instanceof String text) {
      return write(TEXT).text(text);
    }
    if (value instanceof BigDecimal number) {
      return decimal(number);
    }
    if (value instanceof Boolean bool) {
      return write(bool ? TRUE : FALSE);
    }
    if (value instanceof Double number) {
      return write(DOUBLE).fixed(Double.doubleToRawLongBits(number));
    }
    if (value instanceof UUID uuid) {
      return write(UUID_VALUE)
          .fixed(uuid.getMostSignificantBits())
          .fixed(uuid.getLeastSignificantBits());
    }
    throw new IllegalArgumentException("no encoding for " + value.getClass());
  }

  private Encoder decimal(BigDecimal number) {
    BigInteger unscaled = number.unscaledValue();
    return unscaled.bitLength() < Long.SIZE
        ? write(SMALL_NUMERIC).number(number.scale()).number(unscaled.longValue())
        : write(NUMERIC).number(number.scale()).sized(unscaled.toByteArray());
  }

  /** All values of a row; its width is known to whoever reads it. */
  public Encoder row(@Nullable Object[] row) {
    for (Object value : row) {
      value(value);
    }
    return this;
  }

  /** What was written so far. */
  public byte[] bytes() {
    return Arrays.copyOf(buffer, size);
  }

  /** What was written so far, as a key. */
  public Bytes key() {
    return Bytes.wrap(bytes());
  }
}

package dev.freshet.events;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A text inside an array of bytes that belongs to somebody else: valid until its owner moves on.
 * Not thread-safe.
 */
public final class Utf8 {

  private static final byte[] NONE = {};

  private byte[] bytes = NONE;
  private int offset;
  private int length;

  Utf8() {}

  void set(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
  }

  void clear() {
    set(NONE, 0, 0);
  }

  /** The array the text lies in. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where in the array it begins. */
  public int offset() {
    return offset;
  }

  /** How many bytes it has. */
  public int length() {
    return length;
  }

  /** Whether it is empty. */
  public boolean isEmpty() {
    return length == 0;
  }

  /** Whether these are its bytes. */
  public boolean sameAs(byte[] other) {
    return Arrays.equals(bytes, offset, offset + length, other, 0, other.length);
  }

  /** A copy of its bytes. */
  public byte[] toBytes() {
    return Arrays.copyOfRange(bytes, offset, offset + length);
  }

  static boolean isValid(byte[] bytes, int offset, int length) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length));
      return true;
    } catch (CharacterCodingException notUtf8) {
      return false;
    }
  }

  @Override
  public String toString() {
    return new String(bytes, offset, length, StandardCharsets.UTF_8);
  }
}

package dev.freshet.events;

import java.util.Arrays;

/**
 * Numbers of variable length (LEB128) in an array of bytes: one that grows while it is written, or
 * a stretch of one that is read. Not thread-safe.
 */
public final class Varints {

  private static final int LONGEST = 10; // bytes of a 64-bit number

  private byte[] bytes;
  private int at;
  private int end;

  /** To be written. */
  public Varints(int capacity) {
    this.bytes = new byte[Math.max(LONGEST, capacity)];
  }

  /** To be read, from {@code from} to below {@code to}. */
  public Varints(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  /** Reads something else from now on. */
  public void read(byte[] other, int from, int to) {
    this.bytes = other;
    this.at = from;
    this.end = to;
  }

  /** Forgets what was written. */
  public void clear() {
    at = 0;
  }

  /** Where the next byte is read or written. */
  public int at() {
    return at;
  }

  /** How many bytes are left to read. */
  public int left() {
    return end - at;
  }

  /** Goes on reading after so many bytes. */
  public void skip(int count) {
    if (count < 0 || count > end - at) {
      throw new IllegalArgumentException("%d bytes expected, %d left".formatted(count, end - at));
    }
    at += count;
  }

  /** Writes one byte. */
  public void one(int value) {
    room(1);
    bytes[at++] = (byte) value;
  }

  /** Writes bytes as they are. */
  public void all(byte[] from, int offset, int count) {
    room(count);
    System.arraycopy(from, offset, bytes, at, count);
    at += count;
  }

  /** Writes what the other one wrote. */
  public void all(Varints written) {
    all(written.bytes, 0, written.at);
  }

  /** Writes a number, as unsigned. */
  public void varint(long value) {
    room(LONGEST);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at++] = (byte) rest;
  }

  /** Writes a number that is often near zero on either side. */
  public void zigzag(long value) {
    varint((value << 1) ^ (value >> 63));
  }

  /** A copy of what was written. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, at);
  }

  private void room(int more) {
    if (at + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + more));
    }
  }

  /** Reads one byte, 0 to 255. */
  public int one() {
    if (at >= end) {
      throw new IllegalArgumentException("the bytes end too early");
    }
    return bytes[at++] & 0xFF;
  }

  /** Reads a number; an {@link IllegalArgumentException} when there is none. */
  public long varint() {
    if (at < end && bytes[at] >= 0) {
      return bytes[at++];
    }
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = one();
      value |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than 64 bits");
  }

  /** Reads a number that {@link #zigzag(long)} wrote. */
  public long zigzag() {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }
}

package dev.freshet.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A map whose keys are stretches of bytes, looked up without garbage. Open addressing, linear
 * probing, at most half full. Not thread-safe.
 */
final class Slices<T> {

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int LEAST = 16;

  private int[] places = new int[LEAST]; // 1 + index in the lists; 0 is free
  private List<byte[]> names = new ArrayList<>();
  private List<T> values = new ArrayList<>();

  /** The value under these bytes; null when there is none. */
  @Nullable T get(byte[] bytes, int offset, int length) {
    int mask = places.length - 1;
    for (int at = hash(bytes, offset, length) & mask; ; at = (at + 1) & mask) {
      int place = places[at];
      if (place == 0) {
        return null;
      }
      byte[] name = names.get(place - 1);
      if (name.length == length && Arrays.equals(name, 0, length, bytes, offset, offset + length)) {
        return values.get(place - 1);
      }
    }
  }

  @Nullable T get(byte[] name) {
    return get(name, 0, name.length);
  }

  /** Adds a value under a name that is not there yet. */
  void put(byte[] name, T value) {
    names.add(name);
    values.add(value);
    if (names.size() * 2 > places.length) {
      places = new int[places.length * 2];
      for (int i = 0; i < names.size(); i++) {
        place(i);
      }
    } else {
      place(names.size() - 1);
    }
  }

  private void place(int index) {
    byte[] name = names.get(index);
    int mask = places.length - 1;
    int at = hash(name, 0, name.length) & mask;
    while (places[at] != 0) {
      at = (at + 1) & mask;
    }
    places[at] = index + 1;
  }

  /** All values, in the order in which they came; not to be changed. */
  List<T> values() {
    return values;
  }

  int size() {
    return values.size();
  }

  /** Removes all values that match. */
  void removeIf(Predicate<T> gone) {
    List<byte[]> oldNames = names;
    List<T> oldValues = values;
    names = new ArrayList<>();
    values = new ArrayList<>();
    places = new int[LEAST];
    for (int i = 0; i < oldValues.size(); i++) {
      if (!gone.test(oldValues.get(i))) {
        put(oldNames.get(i), oldValues.get(i));
      }
    }
  }

  private static int hash(byte[] bytes, int offset, int length) {
    long hash = length * 0x9E3779B97F4A7C15L;
    int at = offset;
    int end = offset + length;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      hash = mix(hash ^ (long) WORD.get(bytes, at));
    }
    for (; at < end; at++) {
      hash = hash * 31 + bytes[at];
    }
    return (int) (mix(hash) >>> 32);
  }

  private static long mix(long value) {
    long mixed = value * 0xBF58476D1CE4E5B9L;
    return mixed ^ (mixed >>> 29);
  }
}

package dev.freshet.events;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Counts by bucket: dense between the lowest and the highest bucket that was ever touched, in 32
 * bits until one of them needs 64. Not thread-safe.
 */
final class BucketCounts {

  /** Buckets that room is made for at once. */
  private static final int STEP = 16;

  private static final int[] NONE = {};

  private int offset;
  private int[] narrow = NONE;
  private long @Nullable [] wide;

  /** Adds {@code n}, which may be below zero. */
  void add(int index, long n) {
    int at = index - offset;
    if (at >= 0 && at < narrow.length && wide == null) {
      long sum = narrow[at] + n;
      if (sum == (int) sum) {
        narrow[at] = (int) sum;
        return;
      }
    }
    addSlowly(index, n);
  }

  private void addSlowly(int index, long n) {
    makeRoom(index, index + 1);
    int at = index - offset;
    if (wide == null) {
      long sum = narrow[at] + n;
      if (sum == (int) sum) {
        narrow[at] = (int) sum;
        return;
      }
      widen();
    }
    if (wide != null) {
      wide[at] += n;
    }
  }

  private void widen() {
    long[] wider = new long[narrow.length];
    for (int i = 0; i < wider.length; i++) {
      wider[i] = narrow[i];
    }
    wide = wider;
    narrow = NONE;
  }

  /** Makes room for the buckets from {@code low} to below {@code high}. */
  void makeRoom(int low, int high) {
    int size = size();
    if (size > 0 && low >= offset && high <= offset + size) {
      return;
    }
    int first = Math.floorDiv(low, STEP) * STEP;
    int last = Math.floorDiv(high - 1, STEP) * STEP + STEP;
    if (size > 0) {
      first = Math.min(first, offset);
      last = Math.max(last, offset + size);
    }
    if (wide != null) {
      long[] moved = new long[last - first];
      System.arraycopy(wide, 0, moved, offset - first, size);
      wide = moved;
    } else {
      int[] moved = new int[last - first];
      System.arraycopy(narrow, 0, moved, size == 0 ? 0 : offset - first, size);
      narrow = moved;
    }
    offset = first;
  }

  /** The lowest bucket there is room for. */
  int first() {
    return offset;
  }

  /** How many buckets, from {@link #first} on, there is room for. */
  int size() {
    return wide != null ? wide.length : narrow.length;
  }

  /** The count of the bucket {@code first() + at}. */
  long at(int at) {
    return wide != null ? wide[at] : narrow[at];
  }

  /** Sets all counts to zero and keeps the room. */
  void clear() {
    if (wide != null) {
      wide = null;
      offset = 0;
    } else {
      Arrays.fill(narrow, 0);
    }
  }

  /** Gives the room back. */
  void release() {
    narrow = NONE;
    wide = null;
    offset = 0;
  }

  /** Bytes of the arrays. */
  long bytes() {
    return wide != null ? 8L * wide.length : 4L * narrow.length;
  }
}

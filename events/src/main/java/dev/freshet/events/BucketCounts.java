package dev.freshet.events;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Counts by bucket, in ascending order. A few buckets are pairs of index and count; more than
 * {@value #FEW} of them are dense between the lowest and the highest that was ever touched, in 32
 * bits until one of them needs 64. Not thread-safe.
 *
 * <p>Most histograms are of a rare route in five seconds: what they cost is what they hold, not the
 * distance between its ends.
 */
final class BucketCounts {

  /** The most buckets that are pairs. */
  private static final int FEW = 24;

  private static final int FIRST_FEW = 4;

  /** Buckets that room is made for at once. */
  private static final int STEP = 16;

  private static final int[] NONE = {};

  private int[] indexes = NONE;
  private int[] counts = NONE;

  /** How many pairs there are; below 0 when the counts are dense. */
  private int few;

  private int offset;
  private int[] narrow = NONE;
  private long @Nullable [] wide;

  /** Adds {@code n}, which may be below zero. */
  void add(int index, long n) {
    int at = index - offset;
    if (few < 0 && at >= 0 && at < narrow.length && wide == null) {
      long sum = narrow[at] + n;
      if (sum == (int) sum) {
        narrow[at] = (int) sum;
        return;
      }
    }
    addSlowly(index, n);
  }

  private void addSlowly(int index, long n) {
    if (few >= 0 && addPair(index, n)) {
      return;
    }
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

  /** False when there is no more room for pairs, and all counts are dense from now on. */
  private boolean addPair(int index, long n) {
    int at = few;
    while (at > 0 && indexes[at - 1] > index) {
      at--;
    }
    boolean known = at > 0 && indexes[at - 1] == index;
    long sum = known ? counts[at - 1] + n : n;
    if (sum != (int) sum || (!known && few == FEW)) {
      spread();
      return false;
    }
    if (known) {
      counts[at - 1] = (int) sum;
      return true;
    }
    if (few == indexes.length) {
      int room = Math.min(FEW, Math.max(FIRST_FEW, 2 * few));
      indexes = Arrays.copyOf(indexes, room);
      counts = Arrays.copyOf(counts, room);
    }
    System.arraycopy(indexes, at, indexes, at + 1, few - at);
    System.arraycopy(counts, at, counts, at + 1, few - at);
    indexes[at] = index;
    counts[at] = (int) sum;
    few++;
    return true;
  }

  private void spread() {
    int pairs = few;
    few = -1;
    if (pairs > 0) {
      makeRoom(indexes[0], indexes[pairs - 1] + 1);
    }
    for (int i = 0; i < pairs; i++) {
      narrow[indexes[i] - offset] = counts[i];
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
  private void makeRoom(int low, int high) {
    int size = wide != null ? wide.length : narrow.length;
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

  /** How many places there are; some may hold nothing. */
  int size() {
    if (few >= 0) {
      return few;
    }
    return wide != null ? wide.length : narrow.length;
  }

  /** The bucket of a place, higher for each higher place. */
  int index(int at) {
    return few >= 0 ? indexes[at] : offset + at;
  }

  /** The count of a place. */
  long at(int at) {
    if (few >= 0) {
      return counts[at];
    }
    return wide != null ? wide[at] : narrow[at];
  }

  /** Forgets all counts and keeps the room. */
  void clear() {
    if (few < 0) {
      wide = null;
      Arrays.fill(narrow, 0);
    }
    few = 0;
  }

  /** Gives the room back. */
  void release() {
    indexes = NONE;
    counts = NONE;
    few = 0;
    narrow = NONE;
    wide = null;
    offset = 0;
  }

  /** Bytes of the arrays. */
  long bytes() {
    return 8L * indexes.length + 4L * narrow.length + (wide == null ? 0 : 8L * wide.length);
  }
}

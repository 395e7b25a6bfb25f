package dev.freshet.events;

/** The bytes of an {@link ExponentialHistogram}; see {@link ExponentialHistogram#toBytes}. */
final class HistogramBytes {

  private static final byte VERSION = 1;

  private HistogramBytes() {}

  static byte[] write(ExponentialHistogram histogram, BucketCounts buckets) {
    int used = 0;
    for (int i = 0; i < buckets.size(); i++) {
      used += buckets.at(i) != 0 ? 1 : 0;
    }
    Varints out = new Varints(32 + 2 * used);
    out.one(VERSION);
    out.varint(histogram.zeroCount());
    out.varint(histogram.sumMicros());
    out.varint(histogram.minNanos());
    out.varint(histogram.maxNanos());
    out.varint(used);
    int next = 0; // the bucket that follows without a gap
    boolean first = true;
    for (int i = 0; i < buckets.size(); i++) {
      long n = buckets.at(i);
      if (n == 0) {
        continue;
      }
      int index = buckets.index(i);
      if (first) {
        out.zigzag(index);
      }
      int empty = first ? 0 : index - next;
      out.varint(n << 1 | (empty > 0 ? 1 : 0));
      if (empty > 0) {
        out.varint(empty);
      }
      next = index + 1;
      first = false;
    }
    return out.toBytes();
  }

  static long maxNanos(byte[] bytes, int from) {
    Varints in = new Varints(bytes, from, bytes.length);
    in.one(); // version
    in.varint(); // zeros
    in.varint(); // sum
    in.varint(); // shortest
    return in.varint();
  }

  /** Adds the counts of written bytes, or takes them away. */
  static long addAll(byte[] bytes, int from, int to, ExponentialHistogram into, int sign) {
    Varints in = new Varints(bytes, from, to);
    int version = in.one();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "a histogram of version %d was expected, found %d".formatted(VERSION, version));
    }
    long zeros = in.varint();
    long sum = in.varint();
    long min = in.varint();
    long max = in.varint();
    long left = in.varint();
    if (zeros < 0 || min < 0 || max < min || left < 0 || left > to - from) {
      throw new IllegalArgumentException("a histogram with impossible counts");
    }
    into.addRest(sign * zeros, sign * sum);
    long total = zeros;
    long index = left > 0 ? in.zigzag() - 1 : 0;
    for (; left > 0; left--) {
      long token = in.varint();
      index += 1 + ((token & 1) == 0 ? 0 : in.varint());
      if (index < ExponentialHistogram.MIN_INDEX || index > ExponentialHistogram.MAX_INDEX) {
        throw new IllegalArgumentException("a histogram has no bucket " + index);
      }
      long n = token >>> 1;
      into.addBucket((int) index, sign * n);
      total += n;
    }
    if (in.left() != 0) {
      throw new IllegalArgumentException(in.left() + " bytes follow a histogram");
    }
    if (sign > 0 && total > 0) {
      into.extremes(min, max);
    }
    return total;
  }
}

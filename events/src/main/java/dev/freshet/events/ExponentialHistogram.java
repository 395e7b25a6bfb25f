package dev.freshet.events;

/**
 * A distribution of durations as integer counts of base-2 exponential buckets: what percentiles are
 * taken from, and what can be added up and taken away again without any loss.
 *
 * <p><b>Buckets.</b> Bucket {@code i} counts the durations in {@code (2^(i/64), 2^((i+1)/64)]}
 * seconds; zero has a count of its own. These are OpenTelemetry's exponential histogram at scale 6
 * (bounds above inclusive; "Metrics Data Model", section ExponentialHistogram) and Prometheus's
 * native histogram with schema 6, whose bucket numbers are higher by one.
 *
 * <p><b>Error bound.</b> The {@code q}-quantile of {@code n} durations is the one of rank {@code
 * floor(q (n-1))} in ascending order, counted from 0. Counts are exact, so the bucket {@code (l,
 * u]} found for a rank is the one that holds that duration {@code x}. The answer is {@code m = 2lu
 * / (l+u)}. Since {@code |m-x|/x} grows towards both ends of the bucket, it is at most {@code
 * max((m-l)/l, (u-m)/u)}, and both are {@code (u-l)/(u+l) = (g-1)/(g+1)} with {@code g = 2^(1/64)}:
 * 0.542 %, whatever the distribution, in any order of additions, merges and subtractions. (Masson,
 * Rim, Lee: "DDSketch", VLDB 2019, Lemma 2, with their alpha and gamma.) {@link #maxNanos} and
 * {@link #minNanos} are exact until the first subtraction.
 *
 * <p><b>A group.</b> Merging adds counts and subtracting takes them away: the histograms of any
 * parts, merged in any order, equal the histogram of the whole, bit for bit; and what was merged
 * can be subtracted. The sum is kept in whole microseconds, modulo 2^64, for the same reason: a sum
 * of doubles drifts. Subtract only what is contained.
 *
 * <p>Costs 8 bytes for each of the first buckets in use; beyond 24, 4 bytes per bucket between the
 * lowest and the highest (8 once a count passes 2^31): 64 buckets per factor of two. Not
 * thread-safe.
 */
public final class ExponentialHistogram {

  /** OpenTelemetry's scale and Prometheus's schema: buckets per factor of two are 2^scale. */
  public static final int SCALE = HistogramBounds.SCALE;

  /** The highest relative error of a quantile: (g-1)/(g+1), g = 2^(1/64). */
  public static final double RELATIVE_ERROR = 0.005_415_3;

  static final int MIN_INDEX = HistogramBounds.index(1e-9);
  static final int MAX_INDEX = HistogramBounds.index(Long.MAX_VALUE / 1e9);

  private final BucketCounts buckets = new BucketCounts();
  private long count;
  private long zeros;
  private long sumMicros;
  private long minNanos = Long.MAX_VALUE;
  private long maxNanos;
  private boolean subtracted;

  /** Takes the buckets that hold something, from the lowest to the highest. */
  public interface BucketVisitor {
    /**
     * One bucket.
     *
     * @param index of {@code (2^(index/64), 2^((index+1)/64)]} seconds
     * @param count how many durations it holds, above 0
     */
    void bucket(int index, long count);
  }

  /** The bucket of a duration above 0. */
  public static int indexOf(long nanos) {
    return HistogramBounds.index(nanos / 1e9);
  }

  /** The highest duration of a bucket, in seconds. */
  public static double upperSeconds(int index) {
    return HistogramBounds.upper(index);
  }

  /** What a duration of a bucket is told as, in whole nanoseconds; in the same bucket. */
  public static long middleNanos(int index) {
    return Math.round(middle(index));
  }

  /** Adds a duration of 0 or more. */
  public void add(long nanos) {
    add(nanos, 1);
  }

  /**
   * Adds a duration that stands for several.
   *
   * @param nanos 0 or more
   * @param weight how many, at least 1
   */
  public void add(long nanos, long weight) {
    count += weight;
    sumMicros += micros(nanos) * weight;
    minNanos = Math.min(minNanos, nanos);
    maxNanos = Math.max(maxNanos, nanos);
    if (nanos <= 0) {
      zeros += weight;
    } else {
      buckets.add(HistogramBounds.index(nanos / 1e9), weight);
    }
  }

  /** A duration as it enters a sum: to the nearest microsecond. */
  public static long micros(long nanos) {
    return (nanos + 500) / 1000;
  }

  /** Adds everything the other one holds. */
  public void merge(ExponentialHistogram other) {
    addAll(other, 1);
    subtracted |= other.subtracted && other.count > 0;
    if (other.count > 0) {
      minNanos = Math.min(minNanos, other.minNanos);
      maxNanos = Math.max(maxNanos, other.maxNanos);
    }
  }

  /** Takes away what was merged, or added, before. */
  public void subtract(ExponentialHistogram other) {
    addAll(other, -1);
    afterSubtraction();
  }

  private void addAll(ExponentialHistogram other, int sign) {
    count += sign * other.count;
    zeros += sign * other.zeros;
    sumMicros += sign * other.sumMicros;
    BucketCounts from = other.buckets;
    for (int i = 0; i < from.size(); i++) {
      long n = from.at(i);
      if (n != 0) {
        buckets.add(from.index(i), sign * n);
      }
    }
  }

  /**
   * As {@link #merge(ExponentialHistogram)}, of one that {@link #toBytes} wrote.
   *
   * @return how many durations it held
   * @throws IllegalArgumentException when these bytes are no histogram; part of it may be merged
   */
  public long merge(byte[] bytes, int from, int to) {
    return HistogramBytes.addAll(bytes, from, to, this, 1);
  }

  /**
   * As {@link #subtract(ExponentialHistogram)}, of one that {@link #toBytes} wrote.
   *
   * @return how many durations it held
   * @throws IllegalArgumentException when these bytes are no histogram; part of it may be gone
   */
  public long subtract(byte[] bytes, int from, int to) {
    long gone = HistogramBytes.addAll(bytes, from, to, this, -1);
    afterSubtraction();
    return gone;
  }

  private void afterSubtraction() {
    if (count == 0) {
      clear();
    } else {
      subtracted = true;
    }
  }

  void addBucket(int index, long n) {
    buckets.add(index, n);
    count += n;
  }

  void addRest(long zeroCount, long micros) {
    zeros += zeroCount;
    count += zeroCount;
    sumMicros += micros;
  }

  void extremes(long min, long max) {
    minNanos = Math.min(minNanos, min);
    maxNanos = Math.max(maxNanos, max);
  }

  /** Forgets everything and keeps the memory. */
  public void clear() {
    buckets.clear();
    count = 0;
    zeros = 0;
    sumMicros = 0;
    minNanos = Long.MAX_VALUE;
    maxNanos = 0;
    subtracted = false;
  }

  /** Forgets everything and gives the memory back. */
  public void release() {
    clear();
    buckets.release();
  }

  /** How many durations it holds. */
  public long count() {
    return count;
  }

  /** How many of them are zero. */
  public long zeroCount() {
    return zeros;
  }

  /** The sum of the durations, each to the nearest microsecond; modulo 2^64. */
  public long sumMicros() {
    return sumMicros;
  }

  /**
   * The longest duration; 0 when there is none. After a subtraction it may be the upper bound of
   * the highest bucket in use: never below the true one, and above it by 1.1 % at most.
   */
  public long maxNanos() {
    if (!subtracted || count == 0) {
      return maxNanos;
    }
    for (int i = buckets.size() - 1; i >= 0; i--) {
      if (buckets.at(i) > 0) {
        return Math.min(maxNanos, (long) Math.ceil(upperSeconds(buckets.index(i)) * 1e9));
      }
    }
    return 0;
  }

  /** The shortest duration, 0 when there is none; after a subtraction as {@link #maxNanos}. */
  public long minNanos() {
    if (count == 0) {
      return 0;
    }
    if (!subtracted || zeros > 0) {
      return zeros > 0 ? 0 : minNanos;
    }
    for (int i = 0; i < buckets.size(); i++) {
      if (buckets.at(i) > 0) {
        double lower = HistogramBounds.lower(buckets.index(i)) * 1e9;
        return Math.max(minNanos, (long) Math.floor(lower));
      }
    }
    return minNanos;
  }

  /**
   * A quantile, in nanoseconds; NaN when there is no duration.
   *
   * @param q 0 to 1, 0.95 for p95
   */
  public double quantileNanos(double q) {
    double[] answer = {q};
    quantilesNanos(answer, answer);
    return answer[0];
  }

  /**
   * Several quantiles at the price of one.
   *
   * @param ascending 0 to 1 each, the smaller ones first
   * @param into takes the answers in nanoseconds, NaN when there is no duration; may be the same
   */
  public void quantilesNanos(double[] ascending, double[] into) {
    long seen = zeros;
    int at = -1;
    int size = buckets.size();
    for (int i = 0; i < ascending.length; i++) {
      if (count == 0) {
        into[i] = Double.NaN;
        continue;
      }
      long rank = (long) (ascending[i] * (count - 1));
      while (seen <= rank && at < size - 1) {
        at++;
        seen += buckets.at(at);
      }
      into[i] = at < 0 ? 0 : withinExtremes(middle(buckets.index(at)));
    }
  }

  private double withinExtremes(double nanos) {
    return subtracted ? nanos : Math.max(minNanos, Math.min(maxNanos, nanos));
  }

  private static double middle(int index) {
    double lower = HistogramBounds.lower(index);
    double upper = HistogramBounds.upper(index);
    return 2e9 * lower * upper / (lower + upper);
  }

  /** Shows every bucket that holds something; zeros are told by {@link #zeroCount}. */
  public void visit(BucketVisitor visitor) {
    for (int i = 0; i < buckets.size(); i++) {
      long n = buckets.at(i);
      if (n != 0) {
        visitor.bucket(buckets.index(i), n);
      }
    }
  }

  /**
   * How many durations are at most this long, as far as buckets can tell: those of the buckets
   * whose upper bound is not above it. Counts up to 1.1 % around the threshold may be missing.
   */
  public long countUpTo(long nanos) {
    long below = zeros;
    double seconds = nanos / 1e9;
    for (int i = 0; i < buckets.size(); i++) {
      if (upperSeconds(buckets.index(i)) > seconds) {
        break;
      }
      below += buckets.at(i);
    }
    return below;
  }

  /** About how many bytes of memory it takes. */
  public long memoryBytes() {
    return 136 + buckets.bytes();
  }

  /**
   * The histogram as bytes, about one per bucket in use. The form, where numbers are LEB128
   * varints:
   *
   * <pre>
   * byte 1, the version
   *      durations of zero
   *      sum, microseconds
   *      shortest and longest, nanoseconds
   *      number of buckets that follow, from the lowest to the highest
   *      index of the first, zigzag
   *      of each: count * 2, plus 1 when the next number is how many empty buckets are before it
   * </pre>
   */
  public byte[] toBytes() {
    return HistogramBytes.write(this, buckets);
  }

  /** The longest duration in a histogram that {@link #toBytes} wrote from {@code from} on. */
  public static long maxNanos(byte[] bytes, int from) {
    return HistogramBytes.maxNanos(bytes, from);
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws MalformedEventException when it is something else
   */
  public static ExponentialHistogram parse(byte[] bytes) throws MalformedEventException {
    ExponentialHistogram histogram = new ExponentialHistogram();
    try {
      histogram.merge(bytes, 0, bytes.length);
    } catch (IllegalArgumentException notOurs) {
      throw new MalformedEventException(String.valueOf(notOurs.getMessage()));
    }
    return histogram;
  }
}

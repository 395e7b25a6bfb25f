package dev.freshet.events;

import java.nio.charset.StandardCharsets;

/**
 * Turns the weight of a sampled event, which may have a fraction, into a whole number: rounded up
 * with the probability of its fraction, by a hash of the event. Sums are right on average, and the
 * same event always gives the same number.
 */
public final class SamplingWeight {

  private SamplingWeight() {}

  /** The whole weight of the event with these fields; {@code weight} is 0 or more. */
  public static int whole(double weight, long timeMillis, long durationNanos, String traceId) {
    byte[] trace = traceId.getBytes(StandardCharsets.UTF_8);
    return whole(weight, timeMillis, durationNanos, trace, 0, trace.length);
  }

  static int whole(
      double weight, long timeMillis, long durationNanos, byte[] trace, int offset, int length) {
    int floor = (int) weight;
    double fraction = weight - floor;
    if (fraction == 0) {
      return floor;
    }
    long mixed = timeMillis * 0x9E3779B97F4A7C15L + durationNanos;
    for (int i = offset; i < offset + length; i++) {
      mixed = mixed * 31 + trace[i];
    }
    return uniform(mixed) < fraction ? floor + 1 : floor;
  }

  /** A number in [0, 1): SplitMix64's finalizer. */
  private static double uniform(long number) {
    long mixed = (number ^ (number >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return ((mixed ^ (mixed >>> 31)) >>> 11) * 0x1.0p-53;
  }
}

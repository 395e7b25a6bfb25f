package dev.freshet.events;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * The bucket bounds of an {@link ExponentialHistogram}: bucket {@code i} holds the values in {@code
 * (2^(i/64), 2^((i+1)/64)]} seconds, as OpenTelemetry's exponential histogram at scale 6.
 *
 * <p>A double below another one has the smaller bits. So the last double not above a bound decides
 * exactly which side a value is on, and these are taken from square roots of 60 digits; nothing is
 * left to the rounding of a logarithm.
 */
final class HistogramBounds {

  static final int SCALE = 6;
  private static final int BUCKETS_PER_OCTAVE = 1 << SCALE;
  private static final int MANTISSA_BITS = 52;
  private static final long MANTISSA = (1L << MANTISSA_BITS) - 1;
  private static final int BIAS = 1023;

  /** High bits of the mantissa that choose a place to start looking: twice as many as buckets. */
  private static final int GUESS_BITS = SCALE + 1;

  /**
   * Mantissa of the last double not above {@code 2^(k/64)}; one more, which no mantissa reaches.
   */
  private static final long[] BOUNDS = new long[BUCKETS_PER_OCTAVE + 1];

  private static final byte[] GUESSES = new byte[1 << GUESS_BITS];
  private static final double[] POWERS = new double[BUCKETS_PER_OCTAVE];

  static {
    MathContext precise = new MathContext(60);
    BigDecimal step = BigDecimal.valueOf(2);
    for (int i = 0; i < SCALE; i++) {
      step = step.sqrt(precise);
    }
    BigDecimal power = BigDecimal.ONE;
    for (int k = 0; k < BUCKETS_PER_OCTAVE; k++) {
      double bound = floor(power);
      BOUNDS[k] = Double.doubleToRawLongBits(bound) & MANTISSA;
      POWERS[k] = bound;
      power = power.multiply(step, precise);
    }
    BOUNDS[BUCKETS_PER_OCTAVE] = MANTISSA + 1;
    int k = 0;
    for (int guess = 0; guess < GUESSES.length; guess++) {
      long least = (long) guess << (MANTISSA_BITS - GUESS_BITS);
      while (BOUNDS[k + 1] <= least) {
        k++;
      }
      GUESSES[guess] = (byte) k;
    }
  }

  private HistogramBounds() {}

  private static double floor(BigDecimal exact) {
    double nearest = exact.round(new MathContext(40, RoundingMode.DOWN)).doubleValue();
    return new BigDecimal(nearest).compareTo(exact) > 0 ? Math.nextDown(nearest) : nearest;
  }

  /** The bucket of a number of seconds above 0. */
  static int index(double seconds) {
    // The double below: turns bounds that belong to the bucket above into bounds that belong below.
    long bits = Double.doubleToRawLongBits(seconds) - 1;
    long mantissa = bits & MANTISSA;
    int exponent = (int) (bits >>> MANTISSA_BITS) - BIAS;
    int k = GUESSES[(int) (mantissa >>> (MANTISSA_BITS - GUESS_BITS))];
    while (mantissa >= BOUNDS[k + 1]) {
      k++;
    }
    return (exponent << SCALE) + k;
  }

  /** {@code 2^(index/64)} seconds, which is not in the bucket. */
  static double lower(int index) {
    return Math.scalb(POWERS[index & (BUCKETS_PER_OCTAVE - 1)], index >> SCALE);
  }

  /** {@code 2^((index+1)/64)} seconds, the highest value in the bucket. */
  static double upper(int index) {
    return lower(index + 1);
  }
}

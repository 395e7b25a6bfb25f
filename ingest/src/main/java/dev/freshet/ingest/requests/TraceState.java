package dev.freshet.ingest.requests;

import org.jspecify.annotations.Nullable;

/**
 * How many spans one sampled span stands for, by OpenTelemetry's member of the W3C tracestate.
 *
 * <p>{@code ot=th:T} ("TraceState: Probability Sampling", rejection threshold): T has up to 14
 * hexadecimal digits of 56 bits, trailing zeros left out; a span is kept with the probability
 * {@code (2^56 - T) / 2^56}. Before that, {@code ot=p:N} meant the probability {@code 2^-N}; 63
 * meant zero.
 */
final class TraceState {

  private static final int DIGITS = 14;
  private static final double RANGE = 0x1p56;
  private static final int LARGEST_P = 62;

  private TraceState() {}

  /** 1 when the tracestate says nothing about sampling, or nothing that can be understood. */
  static double weight(String traceState) {
    for (String member : traceState.split(",", -1)) {
      String text = member.strip();
      if (text.startsWith("ot=")) {
        return weightOf(text.substring(3));
      }
    }
    return 1;
  }

  private static double weightOf(String member) {
    String threshold = null;
    String exponent = null;
    for (String pair : member.split(";", -1)) {
      if (pair.startsWith("th:")) {
        threshold = pair.substring(3);
      } else if (pair.startsWith("p:")) {
        exponent = pair.substring(2);
      }
    }
    return threshold != null ? ofThreshold(threshold) : ofExponent(exponent);
  }

  private static double ofThreshold(String digits) {
    if (digits.isEmpty() || digits.length() > DIGITS || !digits.matches("[0-9a-f]+")) {
      return 1;
    }
    long threshold = Long.parseLong(digits, 16) << (4 * (DIGITS - digits.length()));
    return RANGE / (RANGE - threshold);
  }

  private static double ofExponent(@Nullable String digits) {
    if (digits == null || !digits.matches("[0-9]{1,2}")) {
      return 1;
    }
    int exponent = Integer.parseInt(digits);
    return exponent > LARGEST_P ? 1 : Math.scalb(1.0, exponent);
  }
}

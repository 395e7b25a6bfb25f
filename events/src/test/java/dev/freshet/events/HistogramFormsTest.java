package dev.freshet.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms in which others read our distributions hold the same counts and the same quantiles. */
class HistogramFormsTest {

  private static final double[] QUANTILES = {0, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1};

  static Stream<Arguments> distributions() {
    Random random = new Random(7);
    return Stream.of(
        Arguments.of("none", new long[0]),
        Arguments.of("zeros", new long[] {0, 0, 0}),
        Arguments.of("one", new long[] {12_500_000}),
        Arguments.of("powers of two", LongStream.range(0, 46).map(power -> 1L << power).toArray()),
        Arguments.of("one second, half, a quarter", new long[] {1_000_000_000, 500_000_000, 0}),
        Arguments.of(
            "lognormal",
            LongStream.generate(() -> (long) (20e6 * Math.exp(0.8 * random.nextGaussian())))
                .limit(20_000)
                .toArray()),
        Arguments.of(
            "pareto",
            LongStream.generate(() -> (long) (1e6 / Math.pow(1 - random.nextDouble(), 0.9)))
                .limit(20_000)
                .toArray()));
  }

  /** Buckets by their upper bounds, in seconds. */
  private static double quantile(Map<Double, Long> buckets, double growth, double q) {
    long count = buckets.values().stream().mapToLong(Long::longValue).sum();
    long rank = (long) (q * (count - 1));
    long seen = 0;
    for (Map.Entry<Double, Long> bucket : buckets.entrySet()) {
      seen += bucket.getValue();
      if (seen > rank) {
        double upper = bucket.getKey();
        double lower = upper / growth;
        return upper == 0 ? 0 : 2 * lower * upper / (lower + upper);
      }
    }
    return Double.NaN;
  }

  private static ExponentialHistogram histogram(long... nanos) {
    ExponentialHistogram histogram = new ExponentialHistogram();
    LongStream.of(nanos).forEach(histogram::add);
    return histogram;
  }

  private static double growth(int scale) {
    return Math.pow(2, Math.pow(2, -scale));
  }

  private static void assertSameQuantiles(
      ExponentialHistogram histogram, Map<Double, Long> buckets, int scale) {
    for (double q : QUANTILES) {
      double own = histogram.quantileNanos(q) / 1e9;
      double theirs = quantile(buckets, growth(scale), q);
      if (histogram.count() == 0) {
        assertThat(theirs).isNaN();
      } else {
        // Ours is kept within the shortest and the longest, which is at most half a bucket away.
        double half = (growth(scale) - 1) / (growth(scale) + 1) + (growth(6) - 1) / (growth(6) + 1);
        assertThat(theirs).as("quantile %s", q).isBetween(own * (1 - half), own * (1 + half));
      }
    }
  }

  /** As Prometheus reads spans and deltas. */
  private static Map<Double, Long> read(NativeHistogram form) {
    Map<Double, Long> buckets = new TreeMap<>();
    if (form.zeroCount() > 0) {
      buckets.put(0.0, form.zeroCount());
    }
    int index = 0;
    int place = 0;
    long n = 0;
    for (NativeHistogram.Span span : form.spans()) {
      assertThat(span.length()).isPositive();
      index += span.offset();
      for (int i = 0; i < span.length(); i++) {
        n += form.deltas().get(place++);
        buckets.put(Math.pow(growth(form.schema()), index++), n);
      }
    }
    assertThat(place).isEqualTo(form.deltas().size());
    return buckets;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("distributions")
  void prometheusReadsTheSameFromSpansAndDeltas(String name, long[] nanos) {
    ExponentialHistogram histogram = histogram(nanos);
    for (int schema = 6; schema >= -4; schema--) {
      NativeHistogram form = NativeHistogram.of(histogram, schema);
      Map<Double, Long> buckets = read(form);
      assertThat(buckets.values().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(nanos.length)
          .isEqualTo(form.count());
      assertThat(form.sum()).isEqualTo(histogram.sumMicros() / 1e6);
      assertSameQuantiles(histogram, buckets, schema);
    }
    NativeHistogram whole = NativeHistogram.of(histogram);
    List<Integer> indexes = new ArrayList<>();
    histogram.visit((index, n) -> indexes.add(index + 1));
    assertThat(whole.indexes()).isEqualTo(indexes);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("distributions")
  void openTelemetryReadsTheSameFromOffsetAndCounts(String name, long[] nanos) {
    ExponentialHistogram histogram = histogram(nanos);
    for (int most : new int[] {100_000, ExponentialDataPoint.USUAL_BUCKETS, 20, 2}) {
      ExponentialDataPoint point = ExponentialDataPoint.of(histogram, most);
      assertThat(point.bucketCounts()).hasSizeLessThanOrEqualTo(most);
      Map<Double, Long> buckets = new TreeMap<>();
      if (point.zeroCount() > 0) {
        buckets.put(0.0, point.zeroCount());
      }
      for (int k = 0; k < point.bucketCounts().size(); k++) {
        if (point.bucketCounts().get(k) > 0) {
          buckets.put(
              Math.pow(growth(point.scale()), point.offset() + k + 1), point.bucketCounts().get(k));
        }
      }
      assertThat(buckets.values().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(nanos.length)
          .isEqualTo(point.count());
      if (point.scale() > 0) {
        assertSameQuantiles(histogram, buckets, point.scale());
      }
    }
    ExponentialDataPoint whole = ExponentialDataPoint.of(histogram);
    assertThat(whole.scale()).isEqualTo(6);
    assertThat(whole.min()).isEqualTo(LongStream.of(nanos).min().orElse(0) / 1e9);
    assertThat(whole.max()).isEqualTo(LongStream.of(nanos).max().orElse(0) / 1e9);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("distributions")
  void classicCountsAreExactAtOwnBoundsAndNeverTooHighElsewhere(String name, long[] nanos) {
    ExponentialHistogram histogram = histogram(nanos);
    List<Double> own =
        IntStream.range(-700, 300).mapToObj(ExponentialHistogram::upperSeconds).toList();
    ClassicHistogram exact = ClassicHistogram.of(histogram, own);
    for (int i = 0; i < own.size(); i++) {
      double bound = own.get(i);
      long within = LongStream.of(nanos).filter(n -> n / 1e9 <= bound).count();
      assertThat(exact.cumulative().get(i)).as("at most %s s", bound).isEqualTo(within);
    }
    ClassicHistogram usual = ClassicHistogram.of(histogram, ClassicHistogram.HTTP_BOUNDS);
    assertThat(usual.count()).isEqualTo(nanos.length);
    for (int i = 0; i < usual.bounds().size(); i++) {
      double bound = usual.bounds().get(i);
      long within = LongStream.of(nanos).filter(n -> n / 1e9 <= bound).count();
      long surely = LongStream.of(nanos).filter(n -> n / 1e9 <= bound / growth(6)).count();
      assertThat(usual.cumulative().get(i)).isBetween(surely, within);
    }
    List<Long> ascending = new ArrayList<>(usual.cumulative());
    Collections.sort(ascending);
    assertThat(usual.cumulative()).isEqualTo(ascending);
  }

  @ParameterizedTest
  @ValueSource(ints = {-5, 7})
  void aSchemaThatCannotBeMadeIsRefused(int schema) {
    assertThatThrownBy(() -> NativeHistogram.of(new ExponentialHistogram(), schema))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found " + schema);
  }
}

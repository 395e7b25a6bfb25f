package dev.freshet.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Quantiles against sorted durations, after a thousand random merges and subtractions. */
class ExponentialHistogramFuzz {

  private static final long SEED = Long.getLong("fuzz.seed", 20_261_123);
  private static final int STEPS = 1_000;
  private static final long LONGEST = 86_400_000_000_000L; // a day, in nanoseconds
  private static final double[] QUANTILES = {0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1};

  enum Distribution {
    LOGNORMAL {
      @Override
      long nanos(Random random) {
        return (long) (20e6 * Math.exp(0.8 * random.nextGaussian()));
      }
    },
    BIMODAL {
      @Override
      long nanos(Random random) {
        double mean = random.nextInt(10) < 9 ? 300e3 : 250e6;
        return (long) (mean * (1 + 0.1 * Math.abs(random.nextGaussian())));
      }
    },
    PARETO {
      @Override
      long nanos(Random random) {
        double nanos = 1e6 / Math.pow(1 - random.nextDouble(), 1 / 1.1);
        return (long) Math.min(nanos, LONGEST);
      }
    },
    /** Powers of two and of the base, one beside them, zero, and both ends of what is allowed. */
    ADVERSARIAL {
      @Override
      long nanos(Random random) {
        long beside = random.nextInt(3) - 1L;
        return switch (random.nextInt(5)) {
          case 0 -> Math.max(0, (1L << random.nextInt(46)) + beside);
          case 1 ->
              Math.max(
                  0, (long) (1e9 * Math.pow(2, (random.nextInt(2000) - 1800) / 64.0)) + beside);
          case 2 -> random.nextInt(3);
          case 3 -> LONGEST - random.nextInt(2);
          default -> 1 + (long) (random.nextDouble() * LONGEST);
        };
      }
    };

    abstract long nanos(Random random);
  }

  private record Part(List<Long> nanos, ExponentialHistogram histogram) {}

  @ParameterizedTest
  @EnumSource
  void quantilesStayWithinTheBoundWhateverWasMergedAndTakenAway(Distribution distribution)
      throws Exception {
    System.out.println("ExponentialHistogramFuzz -Dfuzz.seed=" + SEED + " " + distribution);
    Random random = new Random(SEED ^ distribution.name().hashCode());
    ExponentialHistogram whole = new ExponentialHistogram();
    List<Part> inside = new ArrayList<>();
    double worst = 0;
    for (int step = 1; step <= STEPS; step++) {
      if (!inside.isEmpty() && random.nextInt(100) < 45) {
        takeAway(whole, inside.remove(random.nextInt(inside.size())), random);
      } else {
        Part part = part(distribution, random);
        put(whole, part, random);
        inside.add(part);
      }
      if (step % 50 == 0 || step == STEPS) {
        worst = Math.max(worst, worstError(whole, inside));
      }
    }
    assertThat(worst).isLessThanOrEqualTo(ExponentialHistogram.RELATIVE_ERROR);
    assertThat(rebuilt(inside, random)).isEqualTo(counted(whole));
  }

  private static Part part(Distribution distribution, Random random) {
    List<Long> nanos =
        Stream.generate(() -> distribution.nanos(random)).limit(1 + random.nextInt(400)).toList();
    ExponentialHistogram histogram = new ExponentialHistogram();
    for (long one : nanos) {
      histogram.add(one);
    }
    return new Part(nanos, histogram);
  }

  private static void put(ExponentialHistogram whole, Part part, Random random) {
    if (random.nextBoolean()) {
      whole.merge(part.histogram());
    } else {
      byte[] bytes = part.histogram().toBytes();
      assertThat(whole.merge(bytes, 0, bytes.length)).isEqualTo(part.nanos().size());
    }
  }

  private static void takeAway(ExponentialHistogram whole, Part part, Random random) {
    if (random.nextBoolean()) {
      whole.subtract(part.histogram());
    } else {
      byte[] bytes = part.histogram().toBytes();
      whole.subtract(bytes, 0, bytes.length);
    }
  }

  private static double worstError(ExponentialHistogram whole, List<Part> inside) {
    long[] exact =
        inside.stream().flatMap(part -> part.nanos().stream()).mapToLong(Long::longValue).toArray();
    Arrays.sort(exact);
    assertThat(whole.count()).isEqualTo(exact.length);
    if (exact.length == 0) {
      return 0;
    }
    assertThat(whole.sumMicros())
        .isEqualTo(LongStream.of(exact).map(ExponentialHistogram::micros).sum());
    assertThat(whole.maxNanos()).isBetween(exact[exact.length - 1], longer(exact));
    double worst = 0;
    double[] answers = new double[QUANTILES.length];
    whole.quantilesNanos(QUANTILES, answers);
    for (int i = 0; i < QUANTILES.length; i++) {
      long truth = exact[(int) (QUANTILES[i] * (exact.length - 1))];
      worst = Math.max(worst, truth == 0 ? answers[i] : Math.abs(answers[i] - truth) / truth);
    }
    return worst;
  }

  private static long longer(long[] exact) {
    return (long) Math.ceil(exact[exact.length - 1] * 1.011) + 1;
  }

  /** The same parts in another order. */
  private static List<Long> rebuilt(List<Part> inside, Random random) throws Exception {
    java.util.Collections.shuffle(inside, random);
    ExponentialHistogram again = new ExponentialHistogram();
    inside.forEach(part -> again.merge(part.histogram()));
    return counted(ExponentialHistogram.parse(again.toBytes()));
  }

  private static List<Long> counted(ExponentialHistogram histogram) {
    List<Long> counts = new ArrayList<>();
    counts.add(histogram.zeroCount());
    counts.add(histogram.sumMicros());
    histogram.visit(
        (index, count) -> {
          counts.add((long) index);
          counts.add(count);
        });
    return counts;
  }
}

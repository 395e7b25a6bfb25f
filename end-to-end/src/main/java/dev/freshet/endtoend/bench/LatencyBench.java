package dev.freshet.endtoend.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * From a commit's acknowledgement to the deletion of the one key that carries its row's tag.
 *
 * <p>The end is when Redis's notification arrives on a connection of its own, so it includes one
 * way from Redis to here. A key that dies before its commit was acknowledged to us counts as 0. In
 * each slice only the services of its variant run, and traffic runs for two seconds before it
 * counts. At first a bulk of changes and traffic go through each variant uncounted, until the JIT
 * compiler has little left to do. Neither is done for one round alone.
 */
final class LatencyBench implements Bench {

  private static final List<Chain> CHAINS = List.of(Chain.FRESHET, Chain.NO_STREAMS, Chain.FLOOR);
  private static final int WARM_UP_SECONDS = 2;
  private static final int LONGEST_JIT_SECONDS = 60;
  private static final int JIT_ROWS_PER_SECOND = 10_000;
  private static final int MOST_JIT_ROWS = 100_000;
  private static final Duration LONGEST_LIFE = Duration.ofSeconds(10);

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String sentence() {
    return "Commit to key gone, beside the same path without Kafka Streams and the raw log.";
  }

  @Override
  public Options defaults() {
    return new Options(20, 1000, 5, 1, 1);
  }

  @Override
  public Result run(Options options, Consumer<String> talk) throws Exception {
    int jitRows = Math.min(MOST_JIT_ROWS, JIT_ROWS_PER_SECOND * options.seconds());
    double seconds = (double) options.seconds() / options.rounds();
    int jitSeconds = Math.min(LONGEST_JIT_SECONDS, 3 * options.seconds());
    int rows = Math.max(jitRows, options.rate() * Math.max(WARM_UP_SECONDS, options.seconds()));
    Rounds rounds = new Rounds(CHAINS.stream().map(Chain::label).toList());
    Rounds cpu = new Rounds(CHAINS.stream().map(Chain::label).toList());
    try (TestBed bed = TestBed.start(rows, true, talk);
        Commits commits = new Commits(bed)) {
      Slices slices = new Slices(bed, bed.deaths(), commits, options.rate(), options.warmUp());
      for (Chain chain : options.warmUp() ? CHAINS : List.<Chain>of()) {
        talk.accept("warming up " + chain.label());
        slices.warmUp(chain, jitRows, jitSeconds);
      }
      Random random = new Random(options.seed());
      for (int round = 1; round <= options.rounds(); round++) {
        List<Chain> order = new ArrayList<>(CHAINS);
        Collections.shuffle(order, random);
        for (Chain chain : order) {
          Slice slice = slices.measure(chain, seconds);
          Map<String, Double> figures = slice.figures();
          rounds.add(chain.label(), figures);
          cpu.add(chain.label(), slice.cpuSeconds());
          talk.accept(
              "round %d of %d: %-10s p50 %.2f ms, p99 %.2f ms"
                  .formatted(
                      round,
                      options.rounds(),
                      chain.label(),
                      figures.get("p50_ms"),
                      figures.get("p99_ms")));
        }
      }
    }
    return result(rounds, cpu);
  }

  private static Result result(Rounds rounds, Rounds cpu) {
    Map<String, Result.Figures> variants = new LinkedHashMap<>();
    double violations = 0;
    for (Chain chain : CHAINS) {
      String name = chain.label();
      Map<String, Double> figures = new LinkedHashMap<>();
      for (String median : List.of("p50_ms", "p95_ms", "p99_ms")) {
        figures.put(median, rounds.median(name, median));
      }
      figures.put("max_ms", rounds.max(name, "max_ms"));
      figures.put("n", rounds.sum(name, "n"));
      figures.put("commits_per_s", rounds.median(name, "commits_per_s"));
      figures.put("late_start_p99_ms", rounds.median(name, "late_start_p99_ms"));
      figures.put("alive", rounds.sum(name, "alive"));
      variants.put(name, new Result.Figures(figures, cpu.medians(name)));
      violations += rounds.sum(name, "alive");
    }
    Map<String, Double> ratios = new LinkedHashMap<>();
    ratios.put("p50_vs_no_streams", ratio(rounds, "p50_ms", Chain.NO_STREAMS));
    ratios.put("p99_vs_no_streams", ratio(rounds, "p99_ms", Chain.NO_STREAMS));
    ratios.put("p50_vs_floor", ratio(rounds, "p50_ms", Chain.FLOOR));
    return new Result(variants, ratios, (long) violations);
  }

  private static double ratio(Rounds rounds, String figure, Chain peer) {
    return rounds.median(Chain.FRESHET.label(), figure) / rounds.median(peer.label(), figure);
  }

  /** What one slice showed. */
  private record Slice(Map<String, Double> figures, Map<String, Double> cpuSeconds) {}

  /** Measures one variant at a time, on one stack and the same connections. */
  private record Slices(TestBed bed, Deaths deaths, Commits commits, int rate, boolean warm) {

    void warmUp(Chain chain, int rows, int seconds) throws SQLException, InterruptedException {
      try (RunningChain running = RunningChain.start(bed, chain)) {
        bed.update(rows);
        running.awaitApplied();
        int most = (seconds + WARM_UP_SECONDS - 1) / WARM_UP_SECONDS;
        JitCompiler.settle(most, () -> traffic(running, WARM_UP_SECONDS));
      }
    }

    Slice measure(Chain chain, double seconds) throws SQLException, InterruptedException {
      try (RunningChain running = RunningChain.start(bed, chain)) {
        running.awaitApplied();
        if (warm) {
          traffic(running, WARM_UP_SECONDS);
        }
        return traffic(running, seconds);
      }
    }

    /** A commit for each of so many stored entries; returns when all are gone or too old. */
    private Slice traffic(RunningChain running, double seconds) throws InterruptedException {
      int n = Math.max(1, (int) (rate * seconds));
      running.entries().store(1, n, 1);
      Deaths.Watch watch = deaths.watch(running.entries().keyPrefix(), 1, n);
      CpuTimes before = CpuTimes.now();
      Commits.Outcome outcome = commits.run(n, rate);
      boolean allDied = watch.awaitAll(LONGEST_LIFE);
      Map<String, Double> cpu = CpuTimes.now().since(before);
      long[] nanos = new long[n];
      int died = 0;
      for (int i = 0; i < n; i++) {
        long at = watch.diedNanos(i);
        long life = at - outcome.committedNanos(i);
        if (at != 0 && life <= LONGEST_LIFE.toNanos()) {
          nanos[died] = Math.max(0, life);
          died++;
        }
      }
      if (!allDied && died == 0) {
        throw new IllegalStateException("no key died; services: " + running.health());
      }
      Quantiles latency = Quantiles.ofNanos(Arrays.copyOf(nanos, died));
      return new Slice(
          Map.of(
              "p50_ms", latency.millis(0.5),
              "p95_ms", latency.millis(0.95),
              "p99_ms", latency.millis(0.99),
              "max_ms", latency.millis(1),
              "n", (double) died,
              "alive", (double) (n - died),
              "commits_per_s", outcome.perSecond(),
              "late_start_p99_ms", outcome.late().millis(0.99)),
          cpu);
    }
  }
}

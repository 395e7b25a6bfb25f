package dev.freshet.endtoend.bench;

import dev.freshet.app.ExitCode;
import dev.freshet.app.Terminal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freshet bench}. */
@Command(
    name = "bench",
    description = "Measure Freshet beside its peers, on the embedded stack; no name lists them.",
    footer = {
      "  freshet bench                                # what can be measured",
      "  freshet bench latency --rate 1000 --seconds 20 --json",
      "  freshet bench bulk --rows 300000 --json | jq .ratios",
      "  freshet bench consistency --seed 1 --seeds 100 --json",
      "  freshet bench faults --seed 1 --schedules 20 --json",
      "  freshet bench soak --minutes 30 --rate 2000 --requests 20000 --json",
    })
final class BenchCommand implements Callable<Integer> {

  /** What a checker can be asked to run on. */
  private enum RedisKind {
    ALONE,
    CLUSTER
  }

  private final Terminal terminal;

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "What to measure.")
  private @Nullable String name;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Measured time per variant, over all rounds; of a checker, per seed.")
  private @Nullable Integer seconds;

  @Option(names = "--minutes", paramLabel = "N", description = "The same in minutes, for a soak.")
  private @Nullable Integer minutes;

  @Option(
      names = "--requests",
      paramLabel = "R",
      description = "Request events per second of a soak.")
  private @Nullable Integer requests;

  @Option(names = "--rate", paramLabel = "R", description = "Commits per second.")
  private @Nullable Integer rate;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description =
          "How often each variant runs; figures are medians over the rounds. One is not warmed up.")
  private @Nullable Integer rounds;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Decides the order of the variants; a checker's first seed.")
  private @Nullable Long seed;

  @Option(
      names = {"--seeds", "--schedules"},
      paramLabel = "N",
      description = "How many seeds a checker runs.")
  private @Nullable Integer seeds;

  @Option(names = "--lanes", paramLabel = "N", description = "How many of them at a time.")
  private @Nullable Integer lanes;

  @Option(
      names = "--redis",
      paramLabel = "KIND",
      description = "A checker's Redis: alone, or cluster.")
  private @Nullable RedisKind redis;

  @Option(names = "--variant", paramLabel = "NAME", description = "The only one a checker runs.")
  private @Nullable String variant;

  @Option(
      names = "--trace",
      paramLabel = "DIR",
      description = "Where a checker writes what led to a violation.")
  private @Nullable Path trace;

  @Option(names = "--rows", paramLabel = "N", description = "Rows to change, entries to delete.")
  private @Nullable Integer rows;

  @Option(names = "--json", description = "One JSON object instead of a table.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  BenchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    if (name == null) {
      Bench.ALL.forEach(
          bench -> terminal.out().println("%-10s %s".formatted(bench.name(), bench.sentence())));
      return ExitCode.DONE.number();
    }
    Optional<Bench> bench = Bench.named(name);
    if (bench.isEmpty() && spec != null) {
      throw new ParameterException(
          spec.commandLine(),
          "There is no bench \"%s\"; there are %s"
              .formatted(name, String.join(", ", Bench.ALL.stream().map(Bench::name).toList())));
    }
    refuseUnknownVariant(bench.orElseThrow());
    return run(bench.orElseThrow());
  }

  private void refuseUnknownVariant(Bench bench) {
    List<String> known = bench instanceof VariantBench choosable ? choosable.variants() : List.of();
    if (variant == null || known.contains(variant) || spec == null) {
      return;
    }
    throw new ParameterException(
        spec.commandLine(),
        known.isEmpty()
            ? "--variant is for checkers: bench %s runs all of its variants".formatted(bench.name())
            : "--variant: bench %s has no variant \"%s\"; it has %s"
                .formatted(bench.name(), variant, String.join(", ", known)));
  }

  private int run(Bench bench) throws Exception {
    Options options = options(bench.defaults());
    Machine machine = Machine.here();
    CpuTimes before = CpuTimes.now();
    Result result = bench.run(options, line -> terminal.err().println("bench: " + line));
    Report report =
        new Report(
            bench.name(),
            result,
            machine,
            CpuTimes.now().foreignCoresSince(before),
            "./freshet bench %s %s --json".formatted(bench.name(), options.commandLine()));
    terminal.out().println(json ? report.json().toString() : report.table());
    return (result.violations() == 0 ? ExitCode.DONE : ExitCode.CHECK_FAILED).number();
  }

  private int seconds(Options defaults) {
    if (minutes != null && seconds != null) {
      throw new IllegalArgumentException("give --minutes or --seconds, not both");
    }
    if (minutes != null) {
      return Math.multiplyExact(minutes, Options.SECONDS_PER_MINUTE);
    }
    return seconds == null ? defaults.seconds() : seconds;
  }

  private Options options(Options defaults) {
    try {
      return new Options(
          seconds(defaults),
          rate == null ? defaults.rate() : rate,
          rounds == null ? defaults.rounds() : rounds,
          seed == null ? defaults.seed() : seed,
          rows == null ? defaults.rows() : rows,
          requests == null ? defaults.requests() : requests,
          defaults.checker(),
          seeds == null ? defaults.seeds() : seeds,
          lanes == null ? defaults.lanes() : lanes,
          redis == RedisKind.CLUSTER,
          Optional.ofNullable(variant),
          Optional.ofNullable(trace));
    } catch (IllegalArgumentException e) {
      if (spec == null) {
        throw e;
      }
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}

package dev.freshet.app.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.app.CommandProvider;
import dev.freshet.app.ExitCode;
import dev.freshet.app.Terminal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code freshet demo}. */
@Command(
    name = "demo",
    description = "Run everything on an embedded stack, under a workload that checks it.",
    footer = {
      "  freshet demo                                 # until Ctrl-C",
      "  freshet demo --seconds 60 --report demo.json # for scripts; exit code 5 on a violation",
      "  freshet demo --data .freshet/demo            # keeps its state for the next run",
    })
final class DemoCommand implements Callable<Integer> {

  private static final int MOST_CHANGES = 20_000;
  private static final long CLOSE_WITHIN_MILLIS = Duration.ofSeconds(40).toMillis();

  private final Terminal terminal;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Stop after so long. Default: never.")
  private @Nullable Long seconds;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Row changes a second, 1 to 20000. Default: ${DEFAULT-VALUE}.",
      defaultValue = "100")
  private int rate;

  @Option(names = "--report", paramLabel = "FILE", description = "Write the figures as JSON.")
  private @Nullable Path report;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Keep all state there, and go on from it. Default: a temporary folder.")
  private @Nullable Path data;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of the workload. Default: ${DEFAULT-VALUE}.",
      defaultValue = "1")
  private long seed;

  @Option(names = "--json", description = "Print the figures as JSON on stdout at the end.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  DemoCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException, JsonProcessingException {
    Demo.Options options =
        new Demo.Options(
            seconds == null
                ? OptionalLong.empty()
                : OptionalLong.of(within("--seconds", seconds, Long.MAX_VALUE, "at least 1")),
            (int) within("--rate", rate, MOST_CHANGES, "1 to " + MOST_CHANGES),
            Optional.ofNullable(data),
            seed);
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Thread onSignal = new Thread(() -> finish(stop, ended), "stop");
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      Report figures = new Demo(options, terminal, stop).run();
      print(figures);
      return judge(figures).number();
    } finally {
      ended.countDown();
    }
  }

  private ExitCode judge(Report figures) {
    if (figures.violations() > 0 || figures.viewMismatches() > 0) {
      return ExitCode.CHECK_FAILED;
    }
    if (figures.keysDeleted() == 0) {
      terminal.say("nothing was deleted, so nothing was shown; let it run longer");
      return ExitCode.FAILED;
    }
    return ExitCode.DONE;
  }

  private long within(String option, long value, long most, String expected) {
    if (value < 1 || value > most) {
      throw new ParameterException(
          spec == null ? null : spec.commandLine(),
          "%s is %d; expected %s".formatted(option, value, expected));
    }
    return value;
  }

  private void print(Report figures) throws JsonProcessingException {
    if (report != null) {
      figures.write(report);
    }
    if (json) {
      terminal.out().println(new ObjectMapper().writeValueAsString(figures));
      return;
    }
    Percentiles.Figures latency = figures.commitToDelete();
    terminal
        .out()
        .printf(
            "%,d row changes, %,d tags made stale, %,d keys deleted, %,d reads with %.1f %% hits%n"
                + "commit to delete: p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, max %.1f ms (n = %,d)%n"
                + "views compared with their SQL %,d times: %,d rows differ%n"
                + "violations: %d%n",
            figures.changes(),
            figures.invalidations(),
            figures.keysDeleted(),
            figures.reads(),
            100 * figures.hitRate(),
            latency.p50(),
            latency.p95(),
            latency.p99(),
            latency.max(),
            latency.n(),
            figures.viewComparisons(),
            figures.viewMismatches(),
            figures.violations());
  }

  /** At Ctrl-C: ask the demo to end with its last look and its figures, and wait for it. */
  private void finish(CountDownLatch stop, CountDownLatch ended) {
    stop.countDown();
    try {
      boolean inTime = ended.await(CLOSE_WITHIN_MILLIS, TimeUnit.MILLISECONDS);
      if (!inTime) {
        terminal.say("the last look did not end in time; leaving it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Adds the command to the program. */
  public static final class Provider implements CommandProvider {
    @Override
    public Group group() {
      return Group.RUN;
    }

    @Override
    public Object command(Terminal terminal) {
      return new DemoCommand(terminal);
    }
  }
}

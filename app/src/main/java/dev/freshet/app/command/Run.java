package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Pipeline;
import dev.freshet.app.Role;
import dev.freshet.app.Terminal;
import dev.freshet.app.monitor.Metrics;
import dev.freshet.app.monitor.MonitoringDoor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freshet run}. */
@Command(
    name = "run",
    description = "Run all roles in this process, or only those named.",
    footer = {
      "  freshet run                                  # everything, one JVM",
      "  freshet run invalidation-stream              # one role; start as many as you like",
      "  freshet run ingest -c /etc/freshet/shop.yaml",
    })
final class Run implements Callable<Integer> {

  private static final long WATCH_MILLIS = 250;
  private static final long CLOSE_WITHIN_MILLIS = 25_000;

  private final Terminal terminal;

  @Parameters(
      arity = "0..*",
      paramLabel = "ROLE",
      description = "The roles to run. Default: all, ${COMPLETION-CANDIDATES}.",
      completionCandidates = RoleNames.class)
  private List<String> names = new ArrayList<>();

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(
      names = "--keep-going",
      description = "Leave the other services running when one has failed.")
  private boolean keepGoing;

  @Spec private @Nullable CommandSpec spec;

  Run(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    List<Role> roles = RoleNames.chosen(spec, names);
    FreshetConfig read = config.read(terminal);
    Pipeline pipeline = new Pipeline();
    Metrics metrics = new Metrics();
    Thread onSignal = new Thread(() -> closeWithin(pipeline), "stop");
    Runtime.getRuntime().addShutdownHook(onSignal);
    try (metrics;
        pipeline;
        MonitoringDoor door =
            MonitoringDoor.open(read.monitoring(), metrics, pipeline).orElse(null)) {
      if (door != null) {
        terminal.say("metrics at %s/metrics".formatted(door.url()));
      }
      pipeline.start(read, roles, metrics.registry(), terminal::say);
      terminal.say("ready: namespace %s".formatted(read.namespace()));
      return watch(pipeline).number();
    } finally {
      removeHook(onSignal);
    }
  }

  /** Returns when a service has failed, or when this thread is told to stop. */
  private ExitCode watch(Pipeline pipeline) {
    Set<String> told = new HashSet<>();
    try {
      while (true) {
        List<String> failures = pipeline.failures();
        for (String failure : failures) {
          if (told.add(failure)) {
            terminal.say("failed: " + failure);
          }
        }
        boolean nothingLeft = failures.size() == pipeline.services().size();
        if (!failures.isEmpty() && (!keepGoing || nothingLeft)) {
          return ExitCode.FAILED;
        }
        TimeUnit.MILLISECONDS.sleep(WATCH_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.DONE;
    }
  }

  /** The JVM ends when this returns, so it waits for the closing, but not for ever. */
  private void closeWithin(Pipeline pipeline) {
    Thread closing =
        new Thread(
            () -> {
              terminal.say("stopping");
              pipeline.close();
            },
            "close");
    closing.setDaemon(true);
    closing.start();
    try {
      closing.join(CLOSE_WITHIN_MILLIS);
      if (closing.isAlive()) {
        terminal.say("a service did not stop within 25 s; leaving it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyEnding) {
      // The hook is what brought us here.
    }
  }
}

package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.Terminal;
import dev.freshet.console.api.Stage;
import dev.freshet.console.api.State;
import dev.freshet.console.api.Status;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code freshet status}. */
@Command(
    name = "status",
    description =
        "Is it fresh, and where is the time: lag and rate of each stage, from the console.",
    footer = {
      "  freshet status                               # exit code 5 when it is slow or stopped",
      "  freshet status --watch",
      "  freshet status --url http://shop:8088 --json | jq .commit_to_delete.p99_ms",
    })
final class ShowStatus implements Callable<Integer> {

  private final Terminal terminal;
  private State last = State.UNKNOWN;

  @Mixin private ConsoleOption console = new ConsoleOption();
  @Mixin private Look look = new Look();

  ShowStatus(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    ConsoleClient client = console.client(terminal);
    look.turns(terminal, () -> show(client.get("/api/v1/status", Status.class)));
    return (last == State.OK ? ExitCode.DONE : ExitCode.CHECK_FAILED).number();
  }

  private boolean show(Status status) {
    last = status.state();
    if (look.json()) {
      Json.print(terminal, status);
    } else {
      look.begin(terminal);
      print(status, terminal.out());
    }
    return look.watch();
  }

  private static void print(Status status, PrintStream out) {
    out.printf(
        Locale.ROOT, "%s  %s%n", status.state().name().toUpperCase(Locale.ROOT), status.sentence());
    out.printf(
        Locale.ROOT,
        "  %,.1f changes/s, %,.1f keys deleted/s, applied up to LSN %s%s%n",
        status.changesPerSecond(),
        status.keysPerSecond(),
        status.reachedLsn() == null ? "-" : status.reachedLsn(),
        status.reachedExact() ? "" : ", but for tables whose changes are in several partitions");
    for (Stage stage : status.stages()) {
      out.printf(
          Locale.ROOT,
          "  %-20s %-8s p50 %10s  p99 %10s  %s%s%n",
          stage.name(),
          stage.state().word(),
          LatencyTable.time(stage.lag() == null ? null : stage.lag().p50Ms()),
          LatencyTable.time(stage.lag() == null ? null : stage.lag().p99Ms()),
          amounts(stage),
          stage.slowest() ? "  <- most of the time" : "");
      if (stage.lastError() != null) {
        out.printf(
            "  %-20s last error %s: %s%n",
            "",
            Wording.time(stage.lastErrorAt(), InstantSource.system().instant()),
            Printable.text(stage.lastError()));
      }
    }
  }

  /** Capture reads a log of bytes, so nobody can say how many changes it is behind. */
  private static String amounts(Stage stage) {
    List<String> known = new ArrayList<>();
    if (stage.recordsBehind() != null) {
      known.add(String.format(Locale.ROOT, "%,d behind", stage.recordsBehind()));
    }
    if (stage.perSecond() != null) {
      known.add(String.format(Locale.ROOT, "%,.1f/s", stage.perSecond()));
    }
    return String.join(", ", known);
  }
}

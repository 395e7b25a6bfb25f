package dev.freshet.app.command;

import dev.freshet.app.Checks;
import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Role;
import dev.freshet.app.Roles;
import dev.freshet.app.Terminal;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.CheckResult.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet doctor}. */
@Command(
    name = "doctor",
    description = "Check Postgres, Kafka and Redis for what Freshet needs.",
    footer = {
      "  freshet doctor",
      "  freshet doctor --json | jq '.checks[] | select(.outcome == \"fail\")'",
    })
final class Doctor implements Callable<Integer> {

  private final Terminal terminal;

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(names = "--json", description = "Print {\"failed\", \"warned\", \"checks\": [...]}.")
  private boolean json;

  Doctor(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    FreshetConfig read = config.read(terminal);
    List<Callable<List<CheckResult>>> services = new ArrayList<>();
    services.add(() -> Checks.of("kafka", () -> KafkaCheck.run(read)));
    for (Role role : Roles.all()) {
      services.add(() -> Checks.of(role.name(), () -> role.checks(read)));
    }
    List<CheckResult> checks = Checks.atOnce(services);
    if (json) {
      printJson(checks);
    } else {
      printTable(checks);
    }
    return exitCode(checks).number();
  }

  private static ExitCode exitCode(List<CheckResult> checks) {
    if (checks.stream().anyMatch(Checks::unreachable)) {
      return ExitCode.UNREACHABLE;
    }
    return count(checks, Outcome.FAIL) > 0 ? ExitCode.CHECK_FAILED : ExitCode.DONE;
  }

  private static long count(List<CheckResult> checks, Outcome outcome) {
    return checks.stream().filter(check -> check.outcome() == outcome).count();
  }

  private void printJson(List<CheckResult> checks) {
    var report = Json.object();
    report.put("failed", count(checks, Outcome.FAIL));
    report.put("warned", count(checks, Outcome.WARN));
    var list = report.putArray("checks");
    for (CheckResult check : checks) {
      list.addObject()
          .put("subject", check.subject())
          .put("outcome", check.outcome().name().toLowerCase(Locale.ROOT))
          .put("detail", check.detail())
          .put("hint", check.hint());
    }
    Json.print(terminal, report);
  }

  private void printTable(List<CheckResult> checks) {
    int width = checks.stream().mapToInt(check -> check.subject().length()).max().orElse(0);
    for (CheckResult check : checks) {
      String detail = check.detail().replace("\n", "\n" + " ".repeat(width + 8));
      String subject = check.subject() + " ".repeat(width - check.subject().length());
      terminal.out().println(mark(check.outcome()) + "  " + subject + "  " + detail);
      if (!check.hint().isEmpty()) {
        String hint = check.hint().replace("\n", "\n" + " ".repeat(width + 14));
        terminal.out().println(" ".repeat(width + 8) + "hint: " + hint);
      }
    }
    long failed = count(checks, Outcome.FAIL);
    long warned = count(checks, Outcome.WARN);
    terminal.out().printf("%d checks, %d failed, %d warned%n", checks.size(), failed, warned);
  }

  /** The outcome in words; colour only repeats what the word says. */
  private String mark(Outcome outcome) {
    Ansi ansi = terminal.colour() ? Ansi.ON : Ansi.OFF;
    return switch (outcome) {
      case OK -> ansi.string("@|green ok  |@");
      case WARN -> ansi.string("@|yellow warn|@");
      case FAIL -> ansi.string("@|red,bold FAIL|@");
    };
  }
}

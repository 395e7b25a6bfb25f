package dev.freshet.app.command;

import dev.freshet.app.LogFormat;
import dev.freshet.app.LogLevel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code freshet} itself, and the options every command has. */
@Command(
    name = "freshet",
    description = "Keep Redis fresh from Postgres, and see how fresh it is.",
    customSynopsis = "freshet COMMAND [OPTIONS]",
    versionProvider = Version.class,
    footer = {
      "  freshet run                                  # everything, one JVM",
      "  freshet doctor --json | jq '.failed'         # for scripts",
      "  freshet why cache:org:7:summary              # the row change that deleted it",
    })
final class Root implements Runnable {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Explain the command and exit.")
  @SuppressWarnings("unused") // picocli acts on it
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version and exit.")
  @SuppressWarnings("unused") // picocli acts on it
  private boolean version;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      scope = ScopeType.INHERIT,
      description = "What is logged to stderr: ${COMPLETION-CANDIDATES}. Default: info.")
  private @Nullable LogLevel logLevel;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      scope = ScopeType.INHERIT,
      description = "How it is logged: ${COMPLETION-CANDIDATES}. Default: text.")
  private @Nullable LogFormat logFormat;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show where in the code a failure happened.")
  private boolean stacktrace;

  @Spec private @Nullable CommandSpec spec;

  boolean stacktrace() {
    return stacktrace;
  }

  /** Before a command runs and the first logger is made. */
  void applyLogOptions() {
    if (logFormat != null) {
      logFormat.apply();
    }
    (logLevel == null ? LogLevel.INFO : logLevel).apply(stacktrace);
  }

  @Override
  public void run() {
    if (spec == null) {
      throw new IllegalStateException("picocli did not inject the command's own description");
    }
    throw new ParameterException(spec.commandLine(), "which command?");
  }
}

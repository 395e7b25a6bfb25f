package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.InvalidConfigException;
import dev.freshet.app.Terminal;
import dev.freshet.embedded.StackException;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.config.DidYouMean;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells people about a failure, in three parts, and turns it into an exit code. */
record Failures(Terminal terminal, Root root)
    implements IExecutionExceptionHandler, IParameterExceptionHandler {

  @Override
  public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
    ExitCode code = tell(e);
    if (root.stacktrace()) {
      e.printStackTrace(terminal.err());
    }
    return code.number();
  }

  private ExitCode tell(Exception e) {
    if (e instanceof FreshetException told) {
      terminal.say(told.text());
      return ExitCode.of(told.kind());
    }
    if (e instanceof InvalidConfigException invalid) {
      terminal.err().println(invalid.problems().text());
      return ExitCode.INVALID_CONFIG;
    }
    if (e instanceof StackException told) {
      terminal.say(String.valueOf(told.getMessage()));
      return ExitCode.UNREACHABLE;
    }
    String again = root.stacktrace() ? "" : "; run it again with --stacktrace to see where";
    terminal.say("this is a bug: " + e + "\n  hint: please report it" + again);
    return ExitCode.FAILED;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    String help = line.getCommandSpec().qualifiedName() + " --help";
    terminal.say(primary(e, line));
    terminal.err().println("  hint: " + suggestion(e, line).orElse("see " + help));
    return ExitCode.WRONG_USAGE.number();
  }

  private static String primary(ParameterException e, CommandLine line) {
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      String typed = unmatched.getUnmatched().get(0);
      String kind = typed.startsWith("-") ? "option" : "command";
      return line.getSubcommands().isEmpty() && kind.equals("command")
          ? "%s takes no argument \"%s\"".formatted(line.getCommandSpec().qualifiedName(), typed)
          : "there is no %s \"%s\"".formatted(kind, typed);
    }
    String message = String.valueOf(e.getMessage());
    return message.isEmpty()
        ? "wrong usage"
        : Character.toLowerCase(message.charAt(0)) + message.substring(1);
  }

  private static Optional<String> suggestion(ParameterException e, CommandLine line) {
    if (!(e instanceof UnmatchedArgumentException unmatched)
        || unmatched.getUnmatched().isEmpty()) {
      return Optional.empty();
    }
    String typed = unmatched.getUnmatched().get(0);
    List<String> known =
        typed.startsWith("-")
            ? List.copyOf(line.getCommandSpec().optionsMap().keySet())
            : CommandTree.names(line);
    return DidYouMean.hint(known, typed);
  }
}

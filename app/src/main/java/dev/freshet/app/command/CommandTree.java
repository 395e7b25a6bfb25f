package dev.freshet.app.command;

import dev.freshet.app.CommandProvider;
import dev.freshet.app.CommandProvider.Group;
import dev.freshet.app.Terminal;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Help;

/** All commands, built in and brought along, as one command line. */
public final class CommandTree {

  private static final String THIS_MODULE = "dev.freshet.app.";

  private CommandTree() {}

  /** Parses and runs; returns the exit code. */
  public static int run(Terminal terminal, String... args) {
    return of(terminal, ServiceLoader.load(CommandProvider.class)).execute(args);
  }

  /** The tree without what other jars bring along: the reference page is the same everywhere. */
  static CommandLine ofThisModule(Terminal terminal) {
    return of(
        terminal,
        ServiceLoader.load(CommandProvider.class).stream()
            .filter(provider -> provider.type().getName().startsWith(THIS_MODULE))
            .map(ServiceLoader.Provider::get)
            .toList());
  }

  private static CommandLine of(Terminal terminal, Iterable<CommandProvider> others) {
    Root root = new Root();
    CommandLine line = new CommandLine(root);
    Map<Group, Map<String, CommandLine>> groups = new EnumMap<>(Group.class);
    add(line, groups, Group.RUN, new Run(terminal));
    add(line, groups, Group.RUN, new Init(terminal));
    add(line, groups, Group.RUN, new Reset(terminal));
    add(line, groups, Group.RUN, new ConnectCommand(terminal));
    add(line, groups, Group.RUN, new OffsetsCommand(terminal));
    add(line, groups, Group.RUN, new SnapshotCommand(terminal));
    add(line, groups, Group.CHECK, new Doctor(terminal));
    add(line, groups, Group.CHECK, new Config(terminal));
    add(line, groups, Group.CHECK, new PrintTopology(terminal));
    add(line, groups, Group.CHECK, new ViewCommand(terminal))
        .addSubcommand(new CheckViews(terminal));
    add(line, groups, Group.LOOK, new ShowStatus(terminal));
    add(line, groups, Group.LOOK, new ShowWhy(terminal));
    add(line, groups, Group.LOOK, new Tail(terminal));
    add(line, groups, Group.LOOK, new Latency(terminal));
    add(line, groups, Group.LOOK, new ListViews(terminal));
    add(line, groups, Group.LOOK, new SavePage(terminal));
    add(line, groups, Group.LOOK, new DlqCommand(terminal));
    add(line, groups, Group.LOOK, new RecordTopics(terminal));
    add(line, groups, Group.LOOK, new ReplayRecording(terminal));
    add(line, groups, Group.LOOK, new ShowRecording(terminal));
    for (CommandProvider provider : others) {
      add(line, groups, provider.group(), provider.command(terminal));
    }
    Failures failures = new Failures(terminal, root);
    line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(Help.defaultColorScheme(terminal.colour() ? Help.Ansi.ON : Help.Ansi.OFF))
        .setUsageHelpAutoWidth(true)
        .setAbbreviatedOptionsAllowed(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(
            parsed -> {
              root.applyLogOptions();
              return new CommandLine.RunLast().execute(parsed);
            })
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures);
    HelpText.applyTo(line, groups);
    return line;
  }

  private static CommandLine add(
      CommandLine root, Map<Group, Map<String, CommandLine>> groups, Group group, Object command) {
    CommandLine line = new CommandLine(command);
    root.addSubcommand(line);
    groups.computeIfAbsent(group, key -> new LinkedHashMap<>()).put(line.getCommandName(), line);
    return line;
  }

  /** The names of all commands, for "did you mean". */
  static List<String> names(CommandLine line) {
    return List.copyOf(line.getSubcommands().keySet());
  }
}

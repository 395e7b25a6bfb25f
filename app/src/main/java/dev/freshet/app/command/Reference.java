package dev.freshet.app.command;

import dev.freshet.app.ConfigFile;
import dev.freshet.app.ExitCode;
import dev.freshet.app.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** A page of {@code docs/reference} that is generated from the code. */
record Reference(String fileName, String text) {

  /** How to write them again; printed by the test that compares. */
  static final String COMMAND = "./freshet config schema --write docs/reference";

  static List<Reference> pages() {
    return List.of(
        new Reference("freshet.schema.json", ConfigFile.schema()),
        new Reference("config.md", ConfigFile.reference()),
        new Reference("cli.md", commandLine()));
  }

  private static String commandLine() {
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    Terminal terminal =
        new Terminal(nowhere, nowhere, false, dev.freshet.runtime.config.Environment.of(Map.of()));
    // The page is as wide everywhere, however wide the terminal is.
    CommandLine root = CommandTree.ofThisModule(terminal).setUsageHelpAutoWidth(false);
    StringBuilder page = new StringBuilder("# The command line\n");
    page.append("\nData goes to stdout, talk to stderr. `NO_COLOR` is respected.\n");
    page.append("\n| exit code | | |\n|---|---|---|\n");
    for (ExitCode code : ExitCode.values()) {
      page.append("| %d | %s | %s |\n".formatted(code.number(), code.shortName(), code.meaning()));
    }
    page.append("| 130, 143 | stopped | By Ctrl-C or SIGTERM, after closing in order. |\n");
    section(page, root);
    return page.toString();
  }

  private static void section(StringBuilder page, CommandLine line) {
    page.append("\n## `").append(line.getCommandSpec().qualifiedName()).append("`\n\n```\n");
    page.append(HelpText.of(line).strip()).append("\n```\n");
    line.getSubcommands().values().forEach(command -> section(page, command));
  }
}

package dev.freshet.app.command;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_DESCRIPTION;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_PARAMETER_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_SYNOPSIS;

import dev.freshet.app.CommandProvider.Group;
import dev.freshet.app.ExitCode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.PositionalParamSpec;

/** How the help looks: what it is for, the commands by purpose, examples, and only then options. */
final class HelpText {

  private static final String EXIT_CODES = "exitCodes";
  private static final List<String> SECTIONS =
      List.of(
          SECTION_KEY_DESCRIPTION,
          SECTION_KEY_SYNOPSIS,
          SECTION_KEY_COMMAND_LIST,
          SECTION_KEY_FOOTER,
          SECTION_KEY_PARAMETER_LIST,
          SECTION_KEY_OPTION_LIST,
          EXIT_CODES);

  /** Characters that fit before the description of a command. */
  private static final int LONGEST_LABEL = 31;

  private HelpText() {}

  static void applyTo(CommandLine root, Map<Group, Map<String, CommandLine>> groups) {
    applyTo(root);
    root.getHelpSectionMap().put(SECTION_KEY_COMMAND_LIST, help -> commands(groups));
    root.getHelpSectionMap().put(EXIT_CODES, help -> exitCodes());
  }

  private static void applyTo(CommandLine line) {
    line.setHelpSectionKeys(SECTIONS);
    Map<String, CommandLine.IHelpSectionRenderer> sections = line.getHelpSectionMap();
    sections.put(SECTION_KEY_SYNOPSIS, help -> "\nUsage: " + indented(help.synopsis(7)));
    sections.put(SECTION_KEY_COMMAND_LIST, help -> headed("Commands", help.commandList()));
    sections.put(SECTION_KEY_FOOTER, help -> headed("Examples", help.footer()));
    sections.put(SECTION_KEY_PARAMETER_LIST, help -> headed("Arguments", help.parameterList()));
    sections.put(SECTION_KEY_OPTION_LIST, help -> headed("Options", help.optionList()));
    line.getSubcommands().values().forEach(HelpText::applyTo);
  }

  /** Further lines of usage stand below the first. */
  private static String indented(String synopsis) {
    return synopsis.replaceAll("(\\R)(?=\\S)", "$1       ");
  }

  private static String headed(String heading, String text) {
    return text.isBlank() ? "" : "\n" + heading + ":\n" + text;
  }

  private static String commands(Map<Group, Map<String, CommandLine>> groups) {
    StringBuilder text = new StringBuilder("\n");
    groups.forEach(
        (group, commands) -> {
          String heading = group.heading();
          for (CommandLine command : commands.values()) {
            text.append("%-8s%-32s%s%n".formatted(heading, label(command), about(command)));
            heading = "";
          }
        });
    return text.toString();
  }

  /** The name and what it takes: {@code why KEY}, {@code config check|show|schema}. */
  private static String label(CommandLine command) {
    if (!command.getSubcommands().isEmpty()) {
      String parts = String.join("|", command.getSubcommands().keySet());
      String whole = command.getCommandName() + " " + parts;
      return whole.length() > LONGEST_LABEL ? command.getCommandName() + " COMMAND" : whole;
    }
    return command.getCommandName()
        + command.getCommandSpec().positionalParameters().stream()
            .filter(parameter -> !parameter.hidden())
            .map(HelpText::argument)
            .collect(Collectors.joining());
  }

  private static String argument(PositionalParamSpec parameter) {
    String name = parameter.paramLabel() + (parameter.arity().max() > 1 ? "..." : "");
    return " " + (parameter.required() ? name : "[" + name + "]");
  }

  private static String about(CommandLine command) {
    String[] description = command.getCommandSpec().usageMessage().description();
    return description.length == 0 ? "" : description[0];
  }

  private static String exitCodes() {
    return Arrays.stream(ExitCode.values())
        .map(code -> code.number() + " " + code.shortName())
        .collect(Collectors.joining(" · ", "\nExit codes: ", "\n"));
  }

  /** The help of one command, as {@code --help} prints it. */
  static String of(CommandLine line) {
    return line.getUsageMessage(Help.Ansi.OFF);
  }
}

package dev.freshet.app.command;

import dev.freshet.app.ConfigFile;
import dev.freshet.app.ExitCode;
import dev.freshet.app.InvalidConfigException;
import dev.freshet.app.Terminal;
import dev.freshet.runtime.FreshetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet config}: the config file checked, shown, described. */
@Command(
    name = "config",
    description = "Report every problem in freshet.yaml; show all settings; print the schema.",
    customSynopsis = "freshet config check|show|schema [OPTIONS]",
    footer = {
      "  freshet config check",
      "  freshet config show                          # with every default; secrets masked",
      "  freshet config schema > freshet.schema.json",
    })
final class Config {

  private final Terminal terminal;

  Config(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(name = "check", description = "Report every problem in the file, with its line.")
  int check(
      @Mixin ConfigOption config,
      @Option(names = "--json", description = "Print {\"file\", \"problems\": [...]}.")
          boolean json) {
    try {
      ConfigFile.read(config.file(), terminal.environment());
    } catch (InvalidConfigException invalid) {
      if (json) {
        Json.print(terminal, invalid.problems().json());
        return ExitCode.INVALID_CONFIG.number();
      }
      throw invalid;
    }
    if (json) {
      var nothing = Json.object().put("file", config.file().toString());
      nothing.putArray("problems");
      Json.print(terminal, nothing);
    } else {
      terminal.out().println(config.file() + ": no problems");
    }
    return ExitCode.DONE.number();
  }

  @Command(name = "show", description = "Print every setting, defaults filled in, secrets masked.")
  int show(@Mixin ConfigOption config) {
    terminal.out().print(ConfigFile.show(ConfigFile.read(config.file(), terminal.environment())));
    return ExitCode.DONE.number();
  }

  @Command(name = "schema", description = "Print the JSON schema of the file, for editors.")
  int schema(
      @Option(
              names = "--write",
              paramLabel = "FOLDER",
              description = "Write freshet.schema.json, config.md and cli.md there instead.")
          @Nullable Path folder) {
    if (folder == null) {
      terminal.out().print(ConfigFile.schema());
      return ExitCode.DONE.number();
    }
    for (Reference page : Reference.pages()) {
      try {
        Files.writeString(folder.resolve(page.fileName()), page.text());
      } catch (IOException e) {
        throw FreshetException.failed("could not write " + page.fileName(), e.toString(), "", e);
      }
    }
    return ExitCode.DONE.number();
  }
}

package dev.freshet.app.command;

import dev.freshet.app.ConfigFile;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names the config file. */
final class ConfigOption {

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      defaultValue = ConfigFile.DEFAULT_NAME,
      description = "The config file. Default: ${DEFAULT-VALUE}.")
  private Path file = Path.of(ConfigFile.DEFAULT_NAME);

  Path file() {
    return file;
  }

  FreshetConfig read(Terminal terminal) {
    return ConfigFile.read(file, terminal.environment()).value();
  }
}

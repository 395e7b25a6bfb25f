package dev.freshet.app.command;

import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.config.Secret;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name a config file, or a console to be asked instead. */
final class ConsoleOption {

  static final String TOKEN = "FRESHET_TOKEN";

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Ask the console at this address, as in http://shop:8088, instead of what the config"
              + " file names; its token comes from the variable "
              + TOKEN
              + ".")
  private @Nullable String url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Take the token of --url from this file.")
  private @Nullable String tokenFile;

  /** The console of {@code --url}; empty when there is none. */
  Optional<ConsoleClient> named(Terminal terminal) {
    return Optional.ofNullable(url).map(at -> new ConsoleClient(at, token(terminal)));
  }

  /** The console of {@code --url}, or else the config's. */
  ConsoleClient client(Terminal terminal) {
    return named(terminal).orElseGet(() -> ofConfig(terminal));
  }

  FreshetConfig read(Terminal terminal) {
    return config.read(terminal);
  }

  private ConsoleClient ofConfig(Terminal terminal) {
    FreshetConfig read = config.read(terminal);
    String listen =
        read.console()
            .listen()
            .orElseThrow(
                () ->
                    FreshetException.failed(
                        "there is no console to ask",
                        "%s does not say where it listens".formatted(config.file()),
                        "set console: { listen: 127.0.0.1:8088 } and run freshet, or name one: --url",
                        null));
    Optional<String> token =
        tokenFile == null ? read.console().token().map(Secret::reveal) : token(terminal);
    return new ConsoleClient("http://" + listen, token);
  }

  private Optional<String> token(Terminal terminal) {
    String file = tokenFile;
    if (file == null) {
      return terminal.environment().variable(TOKEN).map(String::strip);
    }
    try {
      return Optional.of(terminal.environment().file(file).strip());
    } catch (IOException e) {
      throw FreshetException.failed(
          "could not read the token", "%s: %s".formatted(file, e), "check --token-file", e);
    }
  }
}

package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.Terminal;
import dev.freshet.runtime.FreshetException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet init}. */
@Command(
    name = "init",
    description = "Write a commented freshet.yaml to start from.",
    footer = {
      "  freshet init && $EDITOR freshet.yaml && freshet config check",
    })
final class Init implements Callable<Integer> {

  private static final String STARTER = "starter.yaml";

  private final Terminal terminal;

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(names = "--force", description = "Replace a file that is there.")
  private boolean force;

  Init(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Path file = config.file();
    try {
      if (force) {
        Files.writeString(file, starter());
      } else {
        Files.writeString(file, starter(), StandardOpenOption.CREATE_NEW);
      }
    } catch (FileAlreadyExistsException e) {
      throw FreshetException.failed(
          "there is a %s already".formatted(file), "", "to replace it: freshet init --force", null);
    } catch (IOException e) {
      throw FreshetException.failed("could not write " + file, e.toString(), "", e);
    }
    terminal.say(
        "wrote %s; say where your services are, then: freshet config check && freshet doctor"
            .formatted(file));
    return ExitCode.DONE.number();
  }

  /** The file as it is written. */
  static String starter() {
    try (InputStream in = Init.class.getResourceAsStream(STARTER)) {
      if (in == null) {
        throw new IllegalStateException(STARTER + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.freshet.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.events.Lsn;
import dev.freshet.ingest.Positions;
import dev.freshet.ingest.Positions.Place;
import dev.freshet.runtime.FreshetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freshet offsets}: where capture stands, carried from one side to the other. */
@Command(
    name = "offsets",
    description = "Carry the position of capture between Freshet and Kafka Connect.",
    customSynopsis = "freshet offsets export|import FILE [OPTIONS]",
    footer = {
      "  freshet offsets export --from embedded position.json   # ingest is stopped",
      "  freshet offsets import --to connect position.json      # so is the connector",
    })
final class OffsetsCommand {

  private final Terminal terminal;

  OffsetsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(
      name = "export",
      description = "Write the position of a capture that is stopped, as Kafka Connect shows it.")
  int export(
      @Parameters(
              arity = "0..1",
              paramLabel = "FILE",
              description = "Where to write it; stdout when left out.")
          @Nullable Path file,
      @Option(
              names = "--from",
              required = true,
              paramLabel = "SIDE",
              description = "Who has it: embedded (Freshet) or connect.")
          Place from,
      @Mixin ConfigOption config) {
    String text = positions(config.read(terminal)).export(from).toPrettyString();
    if (file == null) {
      terminal.out().println(text);
      return ExitCode.DONE.number();
    }
    try {
      Files.writeString(file, text + "\n");
    } catch (IOException e) {
      throw FreshetException.failed("could not write " + file, e.toString(), "", e);
    }
    terminal.say("wrote the position to " + file);
    return ExitCode.DONE.number();
  }

  @Command(name = "import", description = "Let a capture that is stopped go on from a position.")
  int move(
      @Parameters(paramLabel = "FILE", description = "What export wrote.") Path file,
      @Option(
              names = "--to",
              required = true,
              paramLabel = "SIDE",
              description = "Who is to go on: embedded (Freshet) or connect.")
          Place to,
      @Mixin ConfigOption config) {
    FreshetConfig read = config.read(terminal);
    JsonNode exported;
    try {
      exported = Positions.parse(Files.readString(file));
    } catch (IOException e) {
      throw FreshetException.failed(
          "could not read " + file, e.toString(), "write one with: freshet offsets export", e);
    }
    Lsn position = positions(read).move(to, exported);
    terminal.say(
        "%s goes on after %s%s"
            .formatted(
                to.name().toLowerCase(Locale.ROOT),
                position,
                to == Place.CONNECT ? "; start it with: freshet connect resume" : ""));
    return ExitCode.DONE.number();
  }

  private static Positions positions(FreshetConfig config) {
    return new Positions(
        config.ingest(), config.postgres(), config.kafka().connection(), config.topics());
  }
}

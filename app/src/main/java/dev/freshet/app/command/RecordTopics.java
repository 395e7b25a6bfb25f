package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.recording.Manifest;
import dev.freshet.recording.RecordingWriter;
import dev.freshet.runtime.FreshetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freshet record}. */
@Command(
    name = "record",
    description = "Write the records of topics to a file, to be replayed.",
    footer = {
      "  freshet record 'shop.cdc.*' shop.requests --out run.frec --seconds 60",
      "  freshet record shop.requests --out day.frec --since 1d --until-end",
    })
final class RecordTopics implements Callable<Integer> {

  private static final Duration FLUSH_EVERY = Duration.ofSeconds(10);
  private static final Duration TELL_EVERY = Duration.ofSeconds(1);

  private final Terminal terminal;
  private final InstantSource clock = InstantSource.system();

  @Mixin private ConfigOption config = new ConfigOption();

  @Parameters(
      arity = "1..*",
      paramLabel = "TOPIC",
      description = "Topics in full; a * at the end stands for anything.")
  private List<String> wanted = List.of();

  @Option(names = "--out", paramLabel = "FILE", required = true, description = "The file.")
  private Path out = Path.of("");

  @Option(
      names = "--seconds",
      paramLabel = "N",
      converter = CountOption.class,
      description = "Stop after so long.")
  private @Nullable Long seconds;

  @Option(names = "--until-end", description = "Stop at the end of the topics as it is now.")
  private boolean untilEnd;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = CountOption.class,
      description = "Stop after so many records.")
  private @Nullable Long limit;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = DurationOption.class,
      description =
          "Begin that long ago: 30s, 10m, 2h. Default: the beginning with --until-end, else now.")
  private @Nullable Duration since;

  @Option(names = "--force", description = "Replace a file that is there.")
  private boolean force;

  private @Nullable Instant toldAt;

  RecordTopics(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    FreshetConfig read = config.read(terminal);
    Instant begin = clock.instant();
    Optional<Instant> from =
        since != null
            ? Optional.of(begin.minus(since))
            : untilEnd ? Optional.of(Instant.EPOCH) : Optional.empty();
    try (Interruption stop = new Interruption();
        TopicReader reader = new TopicReader(read, "freshet-record")) {
      Map<String, Integer> topics = chosen(reader.partitionCounts());
      try (RecordingWriter writer =
          RecordingWriter.create(out, read.namespace(), topics, force, clock)) {
        terminal.say(
            "recording %s%s"
                .formatted(
                    String.join(", ", topics.keySet()),
                    untilEnd || seconds != null || limit != null ? "" : "; Ctrl-C ends it"));
        Instant[] flushed = {begin};
        try {
          reader.stream(
              topics.keySet(),
              from,
              untilEnd,
              () -> goOn(writer, begin, flushed, stop),
              record -> add(writer, record));
        } catch (FreshetException e) {
          if (!stop.asked()) {
            terminal.say("%,d records came before this:".formatted(writer.records()));
            writer.finish();
            throw e;
          }
        }
        Manifest manifest = writer.finish();
        terminal.say(
            "%,d records of %d partitions in %s, %,d bytes"
                .formatted(manifest.records(), manifest.streams().size(), out, writer.bytes()));
      }
    } catch (FileAlreadyExistsException e) {
      throw FreshetException.failed(
          "could not record", out + " is there already", "--force replaces it", e);
    } catch (IOException | UncheckedIOException e) {
      throw FreshetException.failed(
          "could not write " + out,
          String.valueOf(e.getMessage()),
          "the folder must exist and have room",
          e);
    }
    return ExitCode.DONE.number();
  }

  private Map<String, Integer> chosen(Map<String, Integer> present) {
    Map<String, Integer> chosen = new TreeMap<>();
    for (String name : wanted) {
      Map<String, Integer> found = new TreeMap<>(present);
      found.keySet().removeIf(topic -> !LetterFilter.isTopic(name, topic));
      chosen.putAll(found);
      if (found.isEmpty()) {
        throw FreshetException.failed(
            "there is no topic " + name,
            "Kafka has " + String.join(", ", new TreeMap<>(present).keySet()),
            "name topics in full, with their namespace",
            null);
      }
    }
    return chosen;
  }

  private void add(RecordingWriter writer, ConsumerRecord<byte[], byte[]> record) {
    if (limit != null && writer.records() >= limit) {
      return;
    }
    try {
      writer.add(record);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean goOn(
      RecordingWriter writer, Instant begin, Instant[] flushed, Interruption stop) {
    Instant now = clock.instant();
    try {
      if (Duration.between(flushed[0], now).compareTo(FLUSH_EVERY) >= 0) {
        writer.flush();
        flushed[0] = now;
      }
      Instant last = toldAt;
      if (last == null || Duration.between(last, now).compareTo(TELL_EVERY) >= 0) {
        toldAt = now;
        terminal
            .err()
            .printf("  %,d records, %,d bytes in the file%n", writer.records(), writer.bytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return !stop.asked()
        && (seconds == null || now.isBefore(begin.plusSeconds(seconds)))
        && (limit == null || writer.records() < limit);
  }
}

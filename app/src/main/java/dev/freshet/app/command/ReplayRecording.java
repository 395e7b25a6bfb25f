package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.recording.Manifest;
import dev.freshet.recording.RecordingFile;
import dev.freshet.recording.TimeRange;
import dev.freshet.runtime.FreshetException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freshet replay}. */
@Command(
    name = "replay",
    description = "Send the records of a file to topics again, in their order and pace.",
    footer = {
      "  freshet replay run.frec --into trial         # shop.requests becomes trial.requests",
      "  freshet replay run.frec --into trial --speed max --from 30s --until 90s",
    })
final class ReplayRecording implements Callable<Integer> {

  private static final Pattern PREFIX = Pattern.compile("[a-zA-Z0-9._-]{0,99}[a-zA-Z0-9_-]");

  private final Terminal terminal;

  @Mixin private ConfigOption config = new ConfigOption();

  @Parameters(paramLabel = "FILE", description = "The recording.")
  private Path file = Path.of("");

  @Option(
      names = "--speed",
      paramLabel = "SPEED",
      converter = Speed.Reader.class,
      defaultValue = "1x",
      description = "As recorded (1x), faster (10x), slower (0.5x) or max. Default: 1x.")
  private Speed speed = new Speed(1);

  @Option(
      names = "--into",
      paramLabel = "PREFIX",
      description = "Topics of this prefix instead of the recorded namespace; made when missing.")
  private @Nullable String into;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = RecordedTime.Reader.class,
      description = "Only from then on: 2026-11-23T09:30:00Z, or 30s after the first record.")
  private @Nullable RecordedTime from;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = RecordedTime.Reader.class,
      description = "Only before then.")
  private @Nullable RecordedTime until;

  @Option(names = "--partial", description = "Replay what can be read of a damaged file.")
  private boolean partial;

  @Option(names = "--yes", description = "Do it without --into: into the topics recorded.")
  private boolean yes;

  ReplayRecording(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    String prefix = into;
    if (prefix != null && !PREFIX.matcher(prefix).matches()) {
      terminal.say(
          "--into is a prefix of topics, of letters, digits and . _ -, found \"%s\""
              .formatted(Printable.text(prefix)));
      return ExitCode.WRONG_USAGE.number();
    }
    if (prefix == null && !yes) {
      terminal.say(
          "this would send %s into the topics it was recorded from\n".formatted(file)
              + "  hint: give other topics with --into PREFIX, or do it with --yes");
      return ExitCode.WRONG_USAGE.number();
    }
    FreshetConfig read = config.read(terminal);
    try (RecordingFile recording = Recordings.open(file)) {
      RecordingFile.Extent readable = recording.check(false);
      if (readable.damage().isPresent() && !partial) {
        throw Recordings.damaged(file, readable);
      }
      TimeRange range = range(recording, readable);
      Optional<Manifest> manifest = recording.manifest();
      String namespace = manifest.map(Manifest::namespace).orElse(read.namespace());
      ReplayTopics topics = new ReplayTopics(namespace, Optional.ofNullable(prefix));
      List<String> created = ReplayTopics.ensure(read, topics.needed(manifest, readable.streams()));
      if (!created.isEmpty()) {
        terminal.say("created " + String.join(", ", created));
      }
      return replay(read, recording, readable, range, topics);
    } catch (IOException e) {
      throw Recordings.unread(file, e);
    }
  }

  private int replay(
      FreshetConfig read,
      RecordingFile recording,
      RecordingFile.Extent readable,
      TimeRange range,
      ReplayTopics topics)
      throws IOException {
    try (Interruption stop = new Interruption();
        ReplayRun run = new ReplayRun(terminal, read, topics, speed, stop)) {
      long sent = run.run(recording.records(readable, range), readable.records());
      terminal.say("%,d of %,d records sent".formatted(sent, readable.records()));
      return (stop.asked() ? ExitCode.FAILED : ExitCode.DONE).number();
    }
  }

  private TimeRange range(RecordingFile recording, RecordingFile.Extent readable)
      throws IOException {
    if (from == null && until == null) {
      return TimeRange.ALL;
    }
    long first =
        recording.records(readable, TimeRange.ALL).next().map(ConsumerRecord::timestamp).orElse(0L);
    TimeRange range =
        new TimeRange(
            from == null ? Long.MIN_VALUE : from.millis(first),
            until == null ? Long.MAX_VALUE : until.millis(first));
    if (range.from() >= range.until()) {
      throw nothing(
          "--from %s is not before --until %s"
              .formatted(Instant.ofEpochMilli(range.from()), Instant.ofEpochMilli(range.until())),
          first);
    }
    if (recording.records(readable, range).next().isEmpty()) {
      throw nothing("no record is in that time", first);
    }
    return range;
  }

  private FreshetException nothing(String why, long first) {
    return FreshetException.failed(
        "there is nothing to send of " + file,
        "%s; its first record is of %s".formatted(why, Instant.ofEpochMilli(first)),
        "see what is in it: freshet recording show " + file,
        null);
  }
}

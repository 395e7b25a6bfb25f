package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.Terminal;
import dev.freshet.recording.Manifest;
import dev.freshet.recording.RecordingFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freshet recording}. */
@Command(
    name = "recording",
    description = "What is in a recording, and whether it is whole.",
    customSynopsis = "freshet recording show FILE [OPTIONS]",
    footer = {
      "  freshet recording show run.frec",
      "  freshet recording show run.frec --verify     # exit code 5 when it is damaged",
    })
final class ShowRecording {

  private final Terminal terminal;

  ShowRecording(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(name = "show", description = "Print the manifest: topics, partitions, times, checksums.")
  int show(
      @Parameters(paramLabel = "FILE", description = "The recording.") Path file,
      @Option(names = "--verify", description = "Read every record and compare the checksums.")
          boolean verify,
      @Option(names = "--json", description = "The manifest as one JSON object.") boolean json) {
    try (RecordingFile recording = Recordings.open(file)) {
      Optional<Manifest> manifest = recording.manifest();
      if (manifest.isPresent()) {
        print(manifest.get(), json);
      }
      if (verify || manifest.isEmpty()) {
        RecordingFile.Extent readable = recording.check(true);
        if (readable.damage().isPresent()) {
          terminal.say(Recordings.damaged(file, readable).text());
          return ExitCode.CHECK_FAILED.number();
        }
        terminal.say("%,d records, every checksum fits".formatted(readable.records()));
      }
      return ExitCode.DONE.number();
    } catch (IOException e) {
      throw Recordings.unread(file, e);
    }
  }

  private void print(Manifest manifest, boolean json) {
    if (json) {
      terminal.out().println(manifest.json());
      return;
    }
    terminal
        .out()
        .printf(
            "%,d records, recorded until %s%s%nSHA-256 %s%n%n",
            manifest.records(),
            manifest.created(),
            manifest.namespace().isEmpty() ? "" : ", namespace " + manifest.namespace(),
            manifest.sha256());
    terminal
        .out()
        .printf(
            "%12s %10s %14s  %-24s  %-24s  %s%n",
            "records", "tombstones", "bytes", "from", "to", "partition and offsets");
    for (Manifest.Stream stream : manifest.streams()) {
      terminal
          .out()
          .printf(
              "%,12d %,10d %,14d  %-24s  %-24s  %s-%d@%d..%d%n",
              stream.records(),
              stream.tombstones(),
              stream.bytes(),
              Instant.ofEpochMilli(stream.firstTimestamp()),
              Instant.ofEpochMilli(stream.lastTimestamp()),
              Printable.text(stream.topic()),
              stream.partition(),
              stream.firstOffset(),
              stream.lastOffset());
    }
  }
}

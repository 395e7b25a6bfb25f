package dev.freshet.app.command;

import dev.freshet.recording.BrokenRecordingException;
import dev.freshet.recording.RecordingFile;
import dev.freshet.runtime.FreshetException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Recordings as commands open them, with their failures as people read them. */
final class Recordings {

  private Recordings() {}

  static RecordingFile open(Path path) {
    try {
      return RecordingFile.open(path);
    } catch (NoSuchFileException e) {
      throw FreshetException.failed(
          "there is no file " + path, "", "write one with: freshet record TOPIC --out " + path, e);
    } catch (BrokenRecordingException e) {
      throw FreshetException.failed(
          "could not read " + path,
          String.valueOf(e.getMessage()),
          "recordings are written by: freshet record",
          e);
    } catch (IOException e) {
      throw unread(path, e);
    }
  }

  static FreshetException unread(Path path, IOException e) {
    return FreshetException.failed("could not read " + path, String.valueOf(e.getMessage()), "", e);
  }

  /** What is wrong with a damaged file and what can be read of it still. */
  static FreshetException damaged(Path path, RecordingFile.Extent readable) {
    return FreshetException.failed(
        path + " is damaged",
        "at byte %,d: %s\nbefore it: %,d records of %d partitions"
            .formatted(
                readable.end(),
                readable.damage().orElse(""),
                readable.records(),
                readable.streams().size()),
        "replay what is before it with --partial, or record again",
        null);
  }
}

package dev.freshet.replaytest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.opentest4j.AssertionFailedError;

/**
 * A file with what is expected. Written anew by {@code -Dfreshet.replay.update=true}: look at what
 * changed before committing it.
 */
public final class Golden {

  /** The system property that makes a comparison write the file instead. */
  public static final String UPDATE = "freshet.replay.update";

  private Golden() {}

  /**
   * Compares with a file.
   *
   * @throws AssertionFailedError with the first lines that differ and those around them
   */
  public static void assertEqual(Path expected, String actual) {
    try {
      if (Boolean.getBoolean(UPDATE)) {
        Files.writeString(expected, actual);
        return;
      }
      String wanted = Files.exists(expected) ? Files.readString(expected) : "";
      if (!wanted.equals(actual)) {
        throw new AssertionFailedError(
            "%s is not what came out:\n%s\nwhen the change is meant, write it with -D%s=true"
                .formatted(expected, Difference.between(wanted, actual), UPDATE),
            wanted,
            actual);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(expected.toString(), e);
    }
  }
}

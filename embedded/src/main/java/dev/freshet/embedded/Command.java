package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A short command that was run to its end.
 *
 * @param status its exit status, 0 for success
 * @param output what it wrote to both streams
 */
record Command(int status, String output) {

  /** Runs a command; waits for it no longer than {@code limit}, then kills it. */
  static Command run(List<String> words, Map<String, String> environment, Duration limit)
      throws IOException {
    // A file instead of a pipe: reading a pipe would wait for the command's own children, too.
    Path output = Files.createTempFile("freshet-", ".out");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = Children.fork(builder);
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IOException(words.get(0) + " did not end within " + limit.toSeconds() + " s");
      }
      return new Command(process.exitValue(), Files.readString(output, UTF_8).strip());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while running " + words.get(0), e);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  boolean succeeded() {
    return status == 0;
  }

  /** Whether a command exists and succeeds. */
  static boolean works(String... words) {
    try {
      return run(List.of(words), Map.of(), Duration.ofSeconds(5)).succeeded();
    } catch (IOException e) {
      return false;
    }
  }
}

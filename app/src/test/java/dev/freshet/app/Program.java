package dev.freshet.app;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program of Debian's that judges files of this repository. Where it is not installed its tests
 * are skipped; CI installs it, so there they fail.
 */
record Program(Path path) {

  private static final int PATIENCE_SECONDS = 60;

  static Program named(String name, String debianPackage) {
    return Stream.concat(
            Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1)),
            Stream.of("/usr/sbin"))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Program::new)
        .orElseGet(
            () -> {
              String message = "no %s here: apt-get install %s".formatted(name, debianPackage);
              return System.getenv("CI") == null ? abort(message) : fail(message);
            });
  }

  /** What it prints, with its exit code in the first line. */
  String run(Map<String, String> variables, String... arguments) throws Exception {
    Process process = start(variables, List.of(arguments));
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return "still running\n" + text;
    }
    return "exit " + process.exitValue() + "\n" + text;
  }

  /** Starts it in the repository's folder; the caller ends it. */
  Process start(Map<String, String> variables, List<String> arguments) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(path.toString());
    words.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().putAll(variables);
    return builder.directory(Repository.ROOT.toFile()).start();
  }
}

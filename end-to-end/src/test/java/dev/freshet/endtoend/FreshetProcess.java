package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** {@code freshet} in a JVM of its own, which can be killed. */
final class FreshetProcess implements AutoCloseable {

  private final Process process;
  private final List<String> said = new CopyOnWriteArrayList<>();

  private FreshetProcess(Process process) {
    this.process = process;
    Thread reader = new Thread(this::listen, "freshet-process-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  static FreshetProcess start(Map<String, String> variables, String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("dev.freshet.app.Main");
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(variables);
    return new FreshetProcess(builder.start());
  }

  private void listen() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println("[" + process.pid() + "] " + line);
        said.add(line);
      }
    } catch (IOException e) {
      said.add("its output ended: " + e.getMessage());
    }
  }

  /** Waits until it has printed a line with this text. */
  void awaitLine(String text) {
    Wait.until(
        "process %d says \"%s\"".formatted(process.pid(), text),
        () -> {
          if (said.stream().anyMatch(line -> line.contains(text))) {
            return true;
          }
          assertThat(process.isAlive()).as(() -> String.join("\n", said)).isTrue();
          return false;
        });
  }

  /** {@code kill -9}; returns when it and every process it had started are gone. */
  void kill() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    process.destroyForcibly();
    all.add(process.toHandle());
    Wait.until("all of " + all + " are gone", () -> all.stream().noneMatch(ProcessHandle::isAlive));
  }

  /** Waits for its own end. */
  int exitCode() throws InterruptedException {
    // It starts everything, works, and ends: as long as three things may take at most.
    assertThat(process.waitFor(3 * Wait.LONGEST.toSeconds(), TimeUnit.SECONDS))
        .as("%s has ended", process.info())
        .isTrue();
    return process.exitValue();
  }

  /** Tells it to end, as a supervisor does; returns when it has. */
  void end() throws InterruptedException {
    process.destroy();
    exitCode();
  }

  @Override
  public void close() {
    kill();
  }
}

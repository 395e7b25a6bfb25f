package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server running as a child of this JVM, and the file its output goes to. */
final class ChildProcess {
  private static final Duration POLL = Duration.ofMillis(5);
  private static final int TAIL_BYTES_MAX = 4_096;

  private final String name;
  private final Process process;
  private final Path log;
  private final long logStart;

  private ChildProcess(String name, Process process, Path log, long logStart) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.logStart = logStart;
  }

  /** Something that succeeds once a server is ready, and throws before. */
  interface Probe<T> {
    T ask() throws IOException;
  }

  static ChildProcess start(
      ServerSpec spec, List<String> command, Map<String, String> environment) {
    try {
      Path log = spec.log();
      Files.createDirectories(log.getParent());
      long logStart = Files.exists(log) ? Files.size(log) : 0;
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(spec.data().toFile())
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().putAll(environment);
      return new ChildProcess(spec.name(), Children.fork(builder), log, logStart);
    } catch (IOException e) {
      throw new StackException(
          spec.name() + " could not be started",
          String.join(" ", command) + ": " + e.getMessage(),
          "check that the program is there and may be executed",
          e);
    }
  }

  /** Asks again and again until the answer comes, the server ends, or time is up. */
  <T> T awaitReady(Duration limit, Probe<T> probe) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        return probe.ask();
      } catch (IOException notYet) {
        if (!process.isAlive()) {
          throw new StackException(
              name + " ended with status " + process.exitValue() + " instead of starting",
              logTail(),
              "the whole log is " + log,
              notYet);
        }
        if (System.nanoTime() > deadline) {
          kill();
          throw new StackException(
              name + " was not ready within " + limit.toSeconds() + " s (" + notYet + ")",
              logTail(),
              "the whole log is " + log,
              notYet);
        }
      }
      LockSupport.parkNanos(POLL.toNanos());
      if (Thread.currentThread().isInterrupted()) {
        throw new StackException(
            name + " was still starting", "the start was interrupted", "start again");
      }
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Sends a signal by name, such as {@code INT}. */
  void signal(String signal) {
    // The shell's own kill: the program of that name is missing in small images.
    if (process.isAlive()) {
      Command.works("sh", "-c", "kill -" + signal + " " + process.pid());
    }
  }

  /** SIGKILL, and waits for the end. */
  void kill() {
    process.destroyForcibly();
    awaitEnd(Duration.ofSeconds(10));
  }

  /** Waits for the end after it was asked to stop; kills it when the time is up. */
  void awaitEndOrKill(Duration limit) {
    if (!awaitEnd(limit)) {
      kill();
    }
  }

  private boolean awaitEnd(Duration limit) {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The last lines this run wrote. */
  String logTail() {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long from = Math.max(logStart, file.length() - TAIL_BYTES_MAX);
      file.seek(from);
      byte[] bytes = new byte[(int) (file.length() - from)];
      file.readFully(bytes);
      String text = new String(bytes, UTF_8).strip();
      return text.isEmpty() ? "it wrote nothing" : text;
    } catch (IOException e) {
      return "its log " + log + " cannot be read: " + e.getMessage();
    }
  }
}

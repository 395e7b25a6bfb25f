package dev.freshet.endtoend.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Freshet process of some roles, started again whenever it ends, as a supervisor does it.
 * Thread-safe.
 */
public final class Member implements AutoCloseable {

  private static final int LINES_KEPT = 4_000;
  private static final long END_SECONDS = 30;
  private static final long LOOK_MILLIS = 100;
  private static final String READY = "ready: namespace";

  private final String name;
  private final List<String> options;
  private final List<String> words;
  private final Map<String, String> variables;
  private final Deque<String> said = new ArrayDeque<>();
  private @Nullable Process process;
  private boolean ready;
  private int ownExits;
  private long heard;

  /**
   * A process that does not run yet.
   *
   * @param options of its JVM
   * @param words as they are typed behind {@code freshet}
   * @param variables what its config refers to
   */
  public Member(
      String name, List<String> options, List<String> words, Map<String, String> variables) {
    this.name = name;
    this.options = List.copyOf(options);
    this.words = List.copyOf(words);
    this.variables = Map.copyOf(variables);
  }

  String name() {
    return name;
  }

  /** Starts it. */
  public synchronized void start() {
    ready = false;
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("-XX:SharedArchiveFile"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(MemberMain.class.getName());
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(variables);
    try {
      Process started = builder.start();
      process = started;
      Thread listener = new Thread(() -> listen(started), "member-" + name);
      listener.setDaemon(true);
      listener.start();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be started", e);
    }
  }

  private void listen(Process its) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(its.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        heard(its, line);
      }
    } catch (IOException e) {
      heard(its, "its output ended: " + e.getMessage());
    }
    its.onExit().join();
    startAgain(its);
  }

  private synchronized void heard(Process its, String line) {
    if (said.size() == LINES_KEPT) {
      said.removeFirst();
    }
    heard++;
    said.addLast("%s %s[%d] %s".formatted(Instant.now(), name, its.pid(), line));
    if (its.equals(process) && line.contains(READY)) {
      ready = true;
      notifyAll();
    }
  }

  /** It ended, and nobody had wanted that. */
  private synchronized void startAgain(Process its) {
    if (its.equals(process)) {
      ownExits++;
      heard(its, "ended by itself with code " + its.exitValue() + ", and is started again");
      start();
    }
  }

  /** {@code kill -9}; returns when it is gone. It stays away until it is started. */
  synchronized void kill() {
    Process its = process;
    process = null;
    if (its != null) {
      its.destroyForcibly();
      its.onExit().join();
      heard(its, "killed");
    }
  }

  /** Ends it in good order, or by force if it takes too long. It stays away until it is started. */
  void stop() throws InterruptedException {
    Process its;
    synchronized (this) {
      its = process;
      process = null;
    }
    if (its != null) {
      its.destroy();
      if (!its.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        its.destroyForcibly();
      }
    }
  }

  /** Lets it stand still, or go on. */
  void signal(String signal) throws IOException, InterruptedException {
    Process its;
    synchronized (this) {
      its = process;
    }
    if (its != null) {
      new ProcessBuilder("kill", "-" + signal, Long.toString(its.pid()))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    }
  }

  /** Whether all its roles were running within this time. */
  public synchronized boolean awaitReady(long seconds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!ready) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  /**
   * The process that runs now.
   *
   * @throws IllegalStateException when there is none
   */
  public synchronized long pid() {
    Process its = process;
    if (its == null) {
      throw new IllegalStateException(name + " does not run");
    }
    return its.pid();
  }

  /** How many lines all its runs have said. */
  synchronized long heard() {
    return heard;
  }

  /**
   * The first line with this text since so many had been said, if one comes within this time or
   * before it is ready.
   */
  synchronized Optional<String> awaitLine(String text, long since, long seconds)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (true) {
      Optional<String> found =
          said.stream()
              .skip(Math.max(0, said.size() - (heard - since)))
              .filter(line -> line.contains(text))
              .findFirst();
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (found.isPresent() || ready || left <= 0) {
        return found;
      }
      wait(Math.min(left, LOOK_MILLIS));
    }
  }

  /** How often it ended by itself. */
  public synchronized int ownExits() {
    return ownExits;
  }

  /** The newest lines of all its runs. */
  public synchronized List<String> said() {
    return List.copyOf(said);
  }

  @Override
  public void close() {
    kill();
  }
}

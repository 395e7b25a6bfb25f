package dev.freshet.endtoend.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Where the state of views is: a small file system in memory, which can be filled to the last byte.
 * Where none may be mounted it is an ordinary folder, and is never full.
 */
final class StateFolder implements AutoCloseable {

  private static final String SIZE = "48m";
  private static final int BLOCK_BYTES = 64 << 10;

  private final Path path;
  private final boolean bounded;

  private StateFolder(Path path, boolean bounded) {
    this.path = path;
    this.bounded = bounded;
  }

  static StateFolder open(Consumer<String> talk) throws IOException {
    Path path = Files.createTempDirectory("freshet-faults-");
    boolean bounded =
        succeeds("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "freshet-faults", path);
    if (!bounded) {
      talk.accept(
          "disk_full will be left out: no file system of %s may be mounted here".formatted(SIZE));
    }
    return new StateFolder(path, bounded);
  }

  private static boolean succeeds(Object... words) throws IOException {
    ProcessBuilder builder = new ProcessBuilder();
    for (Object word : words) {
      builder.command().add(word.toString());
    }
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    try {
      Process process = builder.start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  Path path() {
    return path;
  }

  /** Whether it can be filled. */
  boolean bounded() {
    return bounded;
  }

  private Path ballast() {
    return path.resolve("ballast");
  }

  /** Leaves no room for anything. */
  void fill() throws IOException {
    byte[] block = new byte[BLOCK_BYTES];
    try (OutputStream out = Files.newOutputStream(ballast())) {
      while (bounded) {
        out.write(block);
      }
    } catch (IOException full) {
      if (!Files.exists(ballast())) {
        throw full;
      }
    }
  }

  /** Gives the room back. */
  void free() throws IOException {
    Files.deleteIfExists(ballast());
  }

  @Override
  public void close() throws IOException {
    if (bounded) {
      // Lazily: a process that is just ending may still have it open.
      succeeds("umount", "-l", path);
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(one);
      }
    }
  }
}

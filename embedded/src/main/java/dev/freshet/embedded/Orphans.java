package dev.freshet.embedded;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Server processes that still work in a data folder though nobody who knows them is left.
 *
 * <p>Found by their working directory, which both servers set to their data: no pid file is
 * trusted, so a number that was given to another process does no harm. Only on Linux; elsewhere
 * none are found, and a server that meets an orphan says so itself.
 */
final class Orphans {
  private static final List<String> SERVERS = List.of("postgres", "redis-server", "valkey-server");
  private static final long END_SECONDS_MAX = 10;

  private Orphans() {}

  /** The servers working in this folder or below. */
  static List<ProcessHandle> in(Path folder) {
    List<ProcessHandle> found = new ArrayList<>();
    Path proc = Path.of("/proc");
    if (!Files.isDirectory(proc)) {
      return found;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(proc, "[0-9]*")) {
      Path real = Files.exists(folder) ? folder.toRealPath() : folder;
      for (Path process : entries) {
        if (isServerIn(real, process)) {
          handle(process).ifPresent(found::add);
        }
      }
    } catch (IOException e) {
      throw new StackException(
          "cannot look for old servers", "reading /proc failed: " + e, "check that /proc is there");
    }
    return found;
  }

  /** Kills them and waits until they are gone. Both servers recover from that when next started. */
  static int end(Path folder) {
    List<ProcessHandle> orphans = in(folder);
    orphans.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle orphan : orphans) {
      try {
        orphan.onExit().get(END_SECONDS_MAX, TimeUnit.SECONDS);
      } catch (TimeoutException | ExecutionException e) {
        throw new StackException(
            "an old server cannot be ended",
            "process " + orphan.pid() + " works in " + folder + " and did not die of SIGKILL",
            "end it by hand: kill -9 " + orphan.pid(),
            e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return orphans.size();
      }
    }
    return orphans.size();
  }

  private static boolean isServerIn(Path folder, Path process) {
    try {
      return Files.readSymbolicLink(process.resolve("cwd")).startsWith(folder)
          && SERVERS.stream().anyMatch(comm(process)::startsWith);
    } catch (IOException | SecurityException e) {
      return false; // gone meanwhile, or another user's
    }
  }

  private static String comm(Path process) throws IOException {
    return Files.readString(process.resolve("comm")).strip();
  }

  private static Optional<ProcessHandle> handle(Path process) {
    return ProcessHandle.of(Long.parseLong(process.getFileName().toString()));
  }
}

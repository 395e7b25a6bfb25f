package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The sole right to use a data folder, held until closed or until this process ends in any way.
 *
 * <p>The lock is the kernel's, on the file {@code lock}. Who holds it stands in a second file,
 * {@code owner}: closing any descriptor of the locked file, even one opened only to read a pid,
 * would release the lock for the whole process. For the same reason folders held by this process
 * are remembered here, and never opened a second time.
 */
final class FolderLock implements AutoCloseable {
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /** Takes the lock or says who has it. The folder must exist. */
  static FolderLock take(Path folder) throws IOException {
    return tryTake(folder)
        .orElseThrow(
            () ->
                new StackException(
                    "the data folder is in use",
                    folder + " is held by " + describeOwner(folder),
                    "stop that process, or give this one another data folder"));
  }

  /** Takes the lock if nobody has it. */
  static Optional<FolderLock> tryTake(Path folder) throws IOException {
    Path real = folder.toRealPath();
    if (!HELD_HERE.add(real)) {
      return Optional.empty();
    }
    @Nullable FileChannel channel = null;
    @Nullable FileLock lock = null;
    try {
      channel =
          FileChannel.open(
              real.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      lock = channel.tryLock();
      if (lock == null) {
        return Optional.empty();
      }
      Files.writeString(real.resolve("owner"), Owner.current().toString(), UTF_8);
      return Optional.of(new FolderLock(real, channel));
    } finally {
      if (lock == null) {
        HELD_HERE.remove(real);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  /** The process that took the lock last and did not give it back. */
  static Optional<Owner> owner(Path folder) {
    try {
      return Owner.parse(Files.readString(folder.resolve("owner"), UTF_8));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String describeOwner(Path folder) {
    return owner(folder)
        .map(
            owner ->
                owner.pid() == ProcessHandle.current().pid()
                    ? "this process (pid " + owner.pid() + ")"
                    : "process " + owner.pid())
        .orElse("a process that has not said which");
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(folder.resolve("owner"));
    channel.close();
    HELD_HERE.remove(folder);
  }

  /** A process, told from a later one with the same number by when it started. */
  record Owner(long pid, long startedMillis) {
    static Owner current() {
      ProcessHandle me = ProcessHandle.current();
      return new Owner(me.pid(), started(me));
    }

    static Optional<Owner> parse(String text) {
      String[] parts = text.strip().split(" ", -1);
      try {
        return parts.length == 2
            ? Optional.of(new Owner(Long.parseLong(parts[0]), Long.parseLong(parts[1])))
            : Optional.empty();
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }

    boolean alive() {
      return ProcessHandle.of(pid)
          .filter(process -> process.isAlive() && started(process) == startedMillis)
          .isPresent();
    }

    private static long started(ProcessHandle process) {
      return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    @Override
    public String toString() {
      return pid + " " + startedMillis;
    }
  }
}

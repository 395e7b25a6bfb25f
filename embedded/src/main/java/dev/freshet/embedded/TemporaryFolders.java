package dev.freshet.embedded;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The data folders of stacks that need no data afterwards. A killed JVM cannot remove its own, so
 * each start removes what dead owners left.
 */
record TemporaryFolders(Path parent) {
  private static final String PREFIX = "freshet-stack-";

  static TemporaryFolders system() {
    return new TemporaryFolders(Path.of(System.getProperty("java.io.tmpdir", "/tmp")));
  }

  Path create() throws IOException {
    return Files.createTempDirectory(parent, PREFIX).toRealPath();
  }

  /**
   * Removes folders that bear our name, belong to our user, name an owner, and whose owner is dead
   * and holds no lock. A folder without an owner may be one that is being made: it stays.
   *
   * @return what was removed
   */
  List<Path> sweep() {
    List<Path> removed = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : found) {
        if (sweep(folder)) {
          removed.add(folder);
        }
      }
    } catch (IOException e) {
      // Tidying is a courtesy; a folder we cannot list is nobody's failure.
      return removed;
    }
    return removed;
  }

  private static boolean sweep(Path folder) {
    try {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || !isOurs(folder)) {
        return false;
      }
      Optional<FolderLock.Owner> owner = FolderLock.owner(folder);
      if (owner.isEmpty() || owner.get().alive()) {
        return false;
      }
      Optional<FolderLock> lock = FolderLock.tryTake(folder);
      if (lock.isEmpty()) {
        return false;
      }
      FolderLock held = lock.get();
      try (held) {
        Orphans.end(folder);
        new FileTree(folder).delete();
        return true;
      }
    } catch (IOException | StackException e) {
      return false;
    }
  }

  private static boolean isOurs(Path folder) throws IOException {
    // A file just made tells which user we are; "user.name" need not be true in a container.
    Path mine = Files.createTempFile("freshet-", ".who");
    try {
      return Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(mine));
    } finally {
      Files.delete(mine);
    }
  }
}

package dev.freshet.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of things that are made once and then only read: unpacked binaries, a new database. Each
 * is made under a temporary name and renamed when whole, so several processes may do it at once.
 */
record BinaryCache(Path folder) {
  private static final Duration UNFINISHED_AGE_MIN = Duration.ofMinutes(10);

  /** Makes an entry at a path that does not exist yet. */
  interface Maker {
    void make(Path target) throws IOException;
  }

  /** The first of the configured folder, the home folder and the temporary one we can write to. */
  static BinaryCache ours() throws IOException {
    Optional<Path> chosen = Option.CACHE.path();
    if (chosen.isPresent()) {
      Files.createDirectories(chosen.get());
      return new BinaryCache(chosen.get());
    }
    Path home = Path.of(System.getProperty("user.home", "?"));
    if (home.isAbsolute() && Files.isWritable(home)) {
      Path cache = home.resolve(".cache").resolve("freshet");
      try {
        Files.createDirectories(cache);
        if (Files.isWritable(cache)) {
          return new BinaryCache(cache);
        }
      } catch (IOException e) {
        return temporary();
      }
    }
    return temporary();
  }

  /** The cache in the temporary folder, one per user; readable, but writable for us only. */
  static BinaryCache temporary() throws IOException {
    Path parent = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
    Path probe = Files.createTempFile(parent, "freshet-", ".who");
    try {
      Object uid = Files.getAttribute(probe, "unix:uid");
      Path cache = parent.resolve("freshet-cache-" + uid);
      try {
        Files.createDirectory(cache);
      } catch (FileAlreadyExistsException e) {
        // Anybody may write to the temporary folder, and we are going to execute what is in it.
        if (!uid.equals(Files.getAttribute(cache, "unix:uid", LinkOption.NOFOLLOW_LINKS))) {
          throw new StackException(
              "the cache of binaries belongs to somebody else",
              cache + " was not made by uid " + uid,
              "remove it, or name another folder in " + Option.CACHE.variable(),
              e);
        }
      }
      return new BinaryCache(cache);
    } finally {
      Files.delete(probe);
    }
  }

  /** The entry, made now unless it is there. */
  Path get(String name, Maker maker) throws IOException {
    Path entry = folder.resolve(name);
    if (Files.exists(entry)) {
      return entry;
    }
    removeUnfinished();
    Path unfinished =
        folder.resolve("." + name + "." + ProcessHandle.current().pid() + "." + System.nanoTime());
    try {
      maker.make(unfinished);
      try {
        Files.move(unfinished, entry, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileSystemException e) {
        // Another process was faster, and its entry is as good; a folder is never replaced.
        if (!Files.exists(entry)) {
          throw e;
        }
      }
      return entry;
    } finally {
      new FileTree(unfinished).delete();
    }
  }

  private void removeUnfinished() throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, ".*.*")) {
      for (Path path : all) {
        String[] parts = path.getFileName().toString().split("\\.", -1);
        String pid = parts[parts.length - 2];
        // A process in another container may share the folder but not the numbers: hence the age.
        Instant longAgo = Instant.now().minus(UNFINISHED_AGE_MIN);
        if (pid.matches("[0-9]{1,10}")
            && ProcessHandle.of(Long.parseLong(pid)).isEmpty()
            && Files.getLastModifiedTime(path).toInstant().isBefore(longAgo)) {
          new FileTree(path).delete();
        }
      }
    }
  }

  /** A resource on the class path, if it is there. */
  static @Nullable URL resource(String name) {
    return BinaryCache.class.getClassLoader().getResource(name);
  }

  /** The checksum of a resource, in hex: free of charge when it comes from a jar. */
  static String checksum(URL resource) throws IOException {
    URLConnection connection = resource.openConnection();
    connection.setUseCaches(false);
    if (connection instanceof JarURLConnection jar) {
      try (JarFile file = jar.getJarFile()) {
        return String.format("%08x", file.getJarEntry(jar.getEntryName()).getCrc());
      }
    }
    try (InputStream in = connection.getInputStream();
        CheckedInputStream checked = new CheckedInputStream(in, new CRC32())) {
      checked.transferTo(OutputStream.nullOutputStream());
      return String.format("%08x", checked.getChecksum().getValue());
    }
  }
}

package dev.freshet.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The folder with {@code initdb} and {@code postgres}.
 *
 * @param bin that folder
 * @param identity tells this build from others; part of the name of what is made with it
 */
record PostgresBinaries(Path bin, String identity) {

  /** The installed ones that were asked for, or else the packaged ones, unpacked if need be. */
  static PostgresBinaries locate(BinaryCache cache, Consumer<String> progress) throws IOException {
    var installed = Option.POSTGRES_BIN.path();
    if (installed.isPresent()) {
      return installed(installed.get());
    }
    Platform platform = Platform.current();
    URL archive = BinaryCache.resource(platform.postgresArchive());
    if (archive == null) {
      throw new StackException(
          "no Postgres for " + platform,
          platform.postgresArchive() + " is not on the class path",
          "install Postgres and name its bin folder in " + Option.POSTGRES_BIN.variable());
    }
    String identity = "postgres-" + platform.os() + "-" + BinaryCache.checksum(archive);
    Path root =
        cache.get(
            identity,
            target -> {
              progress.accept("unpacking Postgres to " + cache.folder() + ", once");
              unpack(archive, target);
            });
    return new PostgresBinaries(root.resolve("bin"), identity);
  }

  private static PostgresBinaries installed(Path named) throws IOException {
    Path bin = Files.exists(named.resolve("bin")) ? named.resolve("bin") : named;
    Path server = bin.resolve("postgres");
    if (!Files.isExecutable(server) || !Files.isExecutable(bin.resolve("initdb"))) {
      throw new StackException(
          "no Postgres in " + bin,
          "programs postgres and initdb were expected there",
          "name a bin folder in " + Option.POSTGRES_BIN.variable() + ", or unset it");
    }
    Path real = server.toRealPath();
    String identity =
        "postgres-installed-"
            + Integer.toHexString(real.hashCode())
            + "-"
            + Files.getLastModifiedTime(real).toMillis();
    return new PostgresBinaries(bin, identity);
  }

  static void unpack(URL archive, Path target) throws IOException {
    Files.createDirectories(target);
    try (InputStream in = archive.openStream();
        TarArchiveInputStream tar =
            new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(in)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("the archive reaches outside: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(path);
          continue;
        }
        Files.createDirectories(path.getParent());
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else {
          Files.copy(tar, path);
          boolean program = (entry.getMode() & 0100) != 0;
          Files.setPosixFilePermissions(
              path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
        }
      }
    }
  }

  Path initdb() {
    return bin.resolve("initdb");
  }

  Path server() {
    return bin.resolve("postgres");
  }
}

package dev.freshet.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The program {@code redis-server}, or {@code valkey-server} where that was asked for. */
record RedisBinary(Path server) {

  static RedisBinary locate(BinaryCache cache) throws IOException {
    var installed = Option.REDIS_SERVER.path();
    if (installed.isPresent()) {
      if (!Files.isExecutable(installed.get()) || Files.isDirectory(installed.get())) {
        throw new StackException(
            "no Redis at " + installed.get(),
            "that is not a program this user may execute",
            "name redis-server or valkey-server in "
                + Option.REDIS_SERVER.variable()
                + ", or unset it");
      }
      return new RedisBinary(installed.get());
    }
    Platform platform = Platform.current();
    URL program = BinaryCache.resource(platform.redisServer());
    if (program == null) {
      throw new StackException(
          "no Redis for " + platform,
          platform.redisServer() + " is not on the class path",
          "install Redis 6.2 or later and name redis-server in " + Option.REDIS_SERVER.variable());
    }
    // In a folder of its own: the process must be called redis-server to be recognised later.
    Path folder =
        cache.get(
            "redis-" + platform.os() + "-" + BinaryCache.checksum(program),
            target -> unpack(program, target));
    return new RedisBinary(folder.resolve("redis-server"));
  }

  private static void unpack(URL program, Path target) throws IOException {
    Files.createDirectories(target);
    Path server = target.resolve("redis-server");
    try (InputStream in = program.openStream()) {
      Files.copy(in, server);
    }
    Files.setPosixFilePermissions(server, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}

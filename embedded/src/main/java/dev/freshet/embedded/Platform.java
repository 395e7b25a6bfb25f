package dev.freshet.embedded;

import java.util.Locale;

/**
 * An operating system and a processor, in the words of the packages with binaries.
 *
 * @param os {@code linux}, {@code darwin}, or whatever the JVM calls it
 * @param arch {@code amd64}, {@code arm64}, or whatever the JVM calls it
 */
record Platform(String os, String arch) {

  static Platform current() {
    return of(System.getProperty("os.name", "?"), System.getProperty("os.arch", "?"));
  }

  static Platform of(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT);
    String arch = osArch.toLowerCase(Locale.ROOT);
    return new Platform(
        os.startsWith("mac") ? "darwin" : os,
        switch (arch) {
          case "x86_64", "amd64" -> "amd64";
          case "aarch64", "arm64" -> "arm64";
          default -> arch;
        });
  }

  String postgresArchive() {
    String processor = arch.equals("amd64") ? "x86_64" : arch.equals("arm64") ? "arm_64" : arch;
    return "postgres-" + os + "-" + processor + ".txz";
  }

  String redisServer() {
    // One build per platform, and not all of the same release.
    String release = os.equals("linux") && arch.equals("arm64") ? "6.2.7" : "6.2.6-v5";
    return "redis-server-" + release + "-" + os + "-" + arch;
  }

  @Override
  public String toString() {
    return os + " on " + arch;
  }
}

package dev.freshet.embedded;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** A choice made outside the program: a system property, or else an environment variable. */
enum Option {
  /** The folder of {@code initdb} and {@code postgres} to use instead of the packaged ones. */
  POSTGRES_BIN,
  /** The {@code redis-server} or {@code valkey-server} to use instead of the packaged one. */
  REDIS_SERVER,
  /** Where unpacked binaries are kept. */
  CACHE;

  String property() {
    return "freshet." + name().toLowerCase(Locale.ROOT).replace('_', '.');
  }

  String variable() {
    return "FRESHET_" + name();
  }

  Optional<Path> path() {
    String value = System.getProperty(property(), System.getenv(variable()));
    return value == null || value.isBlank()
        ? Optional.empty()
        : Optional.of(Path.of(value).toAbsolutePath());
  }
}

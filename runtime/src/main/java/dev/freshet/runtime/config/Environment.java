package dev.freshet.runtime.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;

/** Where {@code ${NAME}} and {@code ${file:/path}} in a config file get their values. */
public interface Environment {

  /** The value of an environment variable, if it is set. */
  Optional<String> variable(String name);

  /**
   * The text of a file, as stored.
   *
   * @throws IOException when there is no such file, or it is larger than the environment allows
   */
  String file(String path) throws IOException;

  /** The process's own variables and files; a file of at most 64 KiB. */
  static Environment system() {
    return new Environment() {
      private static final int LARGEST = 64 * 1024; // bytes; secrets are short

      @Override
      public Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name));
      }

      @Override
      public String file(String path) throws IOException {
        // Not Files.size: a device or a pipe says 0 and goes on for ever.
        try (InputStream in = Files.newInputStream(java.nio.file.Path.of(path))) {
          byte[] bytes = in.readNBytes(LARGEST + 1);
          if (bytes.length > LARGEST) {
            throw new IOException("larger than 64 KiB");
          }
          return new String(bytes, StandardCharsets.UTF_8);
        }
      }
    };
  }

  /** Fixed variables and no files. */
  static Environment of(Map<String, String> variables) {
    return of(variables, Map.of());
  }

  /** Fixed variables and files. */
  static Environment of(Map<String, String> variables, Map<String, String> files) {
    Map<String, String> ownVariables = Map.copyOf(variables);
    Map<String, String> ownFiles = Map.copyOf(files);
    return new Environment() {
      @Override
      public Optional<String> variable(String name) {
        return Optional.ofNullable(ownVariables.get(name));
      }

      @Override
      public String file(String path) throws IOException {
        String text = ownFiles.get(path);
        if (text == null) {
          throw new java.nio.file.NoSuchFileException(path);
        }
        return text;
      }
    };
  }
}

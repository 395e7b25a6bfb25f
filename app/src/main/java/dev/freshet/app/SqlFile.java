package dev.freshet.app;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file with SQL, read when it was named.
 *
 * @param name as somebody wrote it
 * @param text what is in it
 */
public record SqlFile(String name, String text) {

  /**
   * Reads a file.
   *
   * @param folder where a relative name begins
   * @throws IllegalArgumentException saying why it could not be read
   */
  public static SqlFile read(Path folder, String name) {
    try {
      return new SqlFile(name, Files.readString(folder.resolve(name)));
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException(why(folder, name, e), e);
    }
  }

  private static String why(Path folder, String name, Exception e) {
    if (e instanceof NoSuchFileException missing) {
      return folder.toString().isEmpty() || Path.of(name).isAbsolute()
          ? "there is no file " + name
          : "there is no file %s (looked for %s)".formatted(name, missing.getFile());
    }
    if (e instanceof CharacterCodingException) {
      return name + " is no text in UTF-8";
    }
    if (e instanceof AccessDeniedException) {
      return name + " may not be read";
    }
    return "%s could not be read: %s".formatted(name, e.getMessage());
  }

  @Override
  public String toString() {
    return name;
  }
}

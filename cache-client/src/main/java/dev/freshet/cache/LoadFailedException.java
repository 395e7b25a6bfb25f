package dev.freshet.cache;

/**
 * A loader threw a checked exception, which is the cause. What it throws unchecked comes through as
 * it is.
 */
public final class LoadFailedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  LoadFailedException(String key, Throwable cause) {
    super("could not load \"%s\": %s".formatted(key, cause), cause);
  }
}

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

  /** What all who wait for a load get of its failure: the same as the one who loads. */
  static RuntimeException of(String key, Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException unchecked
        ? unchecked
        : new LoadFailedException(key, cause);
  }
}

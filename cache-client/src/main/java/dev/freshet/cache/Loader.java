package dev.freshet.cache;

/**
 * Loads one value from where it really is.
 *
 * <p>Runs on the thread of the caller who found it missing, or, for asynchronous reads and early
 * reloads, on a thread of the cache: it takes what it needs from its own scope, not from the
 * thread.
 */
@FunctionalInterface
public interface Loader<T> {

  /**
   * The value as it is now.
   *
   * @param fill to be told the {@linkplain Fill#fence fence} before the first read, and the tags
   */
  T load(Fill fill) throws Exception;
}

package dev.freshet.runtime.config;

import java.util.function.Function;

/** What reading a config file gives: the whole value, or every problem. */
public sealed interface ConfigResult<T> {

  /** The file had no problem. */
  record Accepted<T>(T value, Origins origins) implements ConfigResult<T> {}

  /** The file has to change. */
  record Rejected<T>(ConfigProblems problems) implements ConfigResult<T> {}

  /** Handles both cases. */
  default <R> R fold(Function<Accepted<T>, R> accepted, Function<ConfigProblems, R> rejected) {
    if (this instanceof Accepted<T> value) {
      return accepted.apply(value);
    }
    return rejected.apply(((Rejected<T>) this).problems());
  }
}

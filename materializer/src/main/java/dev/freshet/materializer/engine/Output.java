package dev.freshet.materializer.engine;

import org.jspecify.annotations.Nullable;

/** Takes the deltas of the operator below. Keeps the row, never changes it. */
@FunctionalInterface
interface Output {

  /**
   * Takes one delta.
   *
   * @param weight how many such rows more; negative for fewer
   */
  void push(@Nullable Object[] row, long weight);
}

package dev.freshet.materializer.engine;

import org.jspecify.annotations.Nullable;

/** A sum that an average can be made of. */
interface Summing extends Accumulator {

  /** How many values are in the sum. */
  long count();

  /** The sum divided by the count; {@code null} without values. */
  @Nullable Object average();
}

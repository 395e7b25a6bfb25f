package dev.freshet.runtime.health;

import java.util.Map;

/**
 * A figure, as it was found.
 *
 * @param labels what tells it from others of the same figure; the same names each time
 */
public record Reading(Figure figure, Map<String, String> labels, double value) {

  public Reading {
    labels = Map.copyOf(labels);
  }

  /** A figure there is one of. */
  public static Reading of(Figure figure, double value) {
    return new Reading(figure, Map.of(), value);
  }

  /** A figure there is one of for each value of a label. */
  public static Reading of(Figure figure, String label, String which, double value) {
    return new Reading(figure, Map.of(label, which), value);
  }
}

package dev.freshet.endtoend.bench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a bench found.
 *
 * @param variants figures by variant, in the order to show them
 * @param ratios comparisons within this run
 * @param violations how often a promise was broken; 0 when all is well
 */
record Result(Map<String, Figures> variants, Map<String, Double> ratios, long violations) {

  Result {
    variants = Collections.unmodifiableMap(new LinkedHashMap<>(variants));
    ratios = Collections.unmodifiableMap(new LinkedHashMap<>(ratios));
  }

  /**
   * Numbers of one variant.
   *
   * @param numbers by name, the unit last: {@code p50_ms}
   * @param cpuSeconds processor time by who used it; empty when nobody asked
   */
  record Figures(Map<String, Double> numbers, Map<String, Double> cpuSeconds) {

    Figures {
      numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
      cpuSeconds = Collections.unmodifiableMap(new LinkedHashMap<>(cpuSeconds));
    }
  }
}

package dev.freshet.endtoend.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/** Figures of several rounds, put together per variant. For one thread. */
final class Rounds {

  private final Map<String, List<Map<String, Double>>> rounds = new LinkedHashMap<>();

  /** Variants are shown in the order in which they are named first. */
  Rounds(List<String> variants) {
    variants.forEach(variant -> rounds.put(variant, new ArrayList<>()));
  }

  void add(String variant, Map<String, Double> figures) {
    ofVariant(variant).add(Map.copyOf(figures));
  }

  /** The middle value; of an even number of rounds the mean of the two in the middle. */
  double median(String variant, String figure) {
    double[] sorted = values(variant, figure).sorted().toArray();
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  double max(String variant, String figure) {
    return values(variant, figure).max().orElse(Double.NaN);
  }

  double sum(String variant, String figure) {
    return values(variant, figure).sum();
  }

  /** Medians of every figure any round has, by name. */
  Map<String, Double> medians(String variant) {
    Map<String, Double> medians = new TreeMap<>();
    ofVariant(variant).forEach(round -> round.keySet().forEach(name -> medians.put(name, 0.0)));
    medians.replaceAll((name, zero) -> median(variant, name));
    return medians;
  }

  private DoubleStream values(String variant, String figure) {
    return ofVariant(variant).stream().mapToDouble(round -> round.getOrDefault(figure, 0.0));
  }

  private List<Map<String, Double>> ofVariant(String variant) {
    List<Map<String, Double>> known = rounds.get(variant);
    if (known == null) {
      throw new IllegalStateException("no variant " + variant + "; there are " + rounds.keySet());
    }
    return known;
  }
}

package dev.freshet.endtoend.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A figure over time, and the straight line through it. For one thread. */
final class SoakSeries {

  /** What comes before this share of the time is warm-up: caches fill, code is compiled. */
  private static final double WARM_UP = 1.0 / 3;

  private final List<double[]> points = new ArrayList<>();

  void add(double seconds, double value) {
    points.add(new double[] {seconds, value});
  }

  private List<double[]> settled() {
    double last = points.get(points.size() - 1)[0];
    return points.stream().filter(point -> point[0] > last * WARM_UP).toList();
  }

  /**
   * By how much the line grows from the end of the warm-up to the last point, in percent of where
   * it begins; NaN with fewer than three points.
   */
  double growthPercent() {
    if (points.size() < 3 || settled().size() < 3) {
      return Double.NaN;
    }
    List<double[]> used = settled();
    double meanTime = used.stream().mapToDouble(point -> point[0]).average().orElse(0);
    double mean = used.stream().mapToDouble(point -> point[1]).average().orElse(0);
    double slope =
        used.stream().mapToDouble(point -> (point[0] - meanTime) * (point[1] - mean)).sum()
            / used.stream().mapToDouble(point -> Math.pow(point[0] - meanTime, 2)).sum();
    double first = used.get(0)[0];
    double begin = mean + slope * (first - meanTime);
    return 100 * slope * (used.get(used.size() - 1)[0] - first) / begin;
  }

  /** Puts the first settled value, the last one and the growth among the figures. */
  void into(Map<String, Double> figures, String name, String unit) {
    List<double[]> used = settled();
    figures.put(name + "_settled_" + unit, used.get(0)[1]);
    figures.put(name + "_end_" + unit, used.get(used.size() - 1)[1]);
    figures.put(name + "_growth_percent", growthPercent());
  }
}

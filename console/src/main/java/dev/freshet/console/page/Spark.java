package dev.freshet.console.page;

import java.util.Locale;

/** A line without axes, as SVG; gaps stay gaps. */
final class Spark {

  private static final int WIDTH = 120;
  private static final int HEIGHT = 30;

  private Spark() {}

  /** NaN is a gap. The line begins at 0 and ends at its own highest value. */
  static String of(double[] values) {
    double most = 0;
    for (double value : values) {
      most = Double.isNaN(value) ? most : Math.max(most, value);
    }
    StringBuilder line = new StringBuilder();
    StringBuilder area = new StringBuilder();
    boolean pen = false;
    double begin = 0;
    double x = 0;
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      if (Double.isNaN(value)) {
        close(area, pen, begin, x);
        pen = false;
        continue;
      }
      x = values.length < 2 ? 0 : (double) i * WIDTH / (values.length - 1);
      double y = HEIGHT - 1.5 - (most == 0 ? 0 : value / most * (HEIGHT - 3));
      String at = String.format(Locale.ROOT, "%.1f %.1f", x, y);
      line.append(pen ? 'L' : 'M').append(at);
      if (!pen) {
        begin = x;
      }
      area.append(pen ? 'L' : 'M').append(at);
      pen = true;
    }
    close(area, pen, begin, x);
    return """
        <svg class=spark viewBox="0 0 %d %d" preserveAspectRatio=none aria-hidden=true focusable=false>\
        <path class=fill d="%s"/><path class=line d="%s"/></svg>"""
        .formatted(WIDTH, HEIGHT, area, line);
  }

  private static void close(StringBuilder area, boolean pen, double begin, double x) {
    if (pen) {
      area.append(String.format(Locale.ROOT, "L%.1f %dL%.1f %dZ", x, HEIGHT, begin, HEIGHT));
    }
  }

  /** A bar of a share of the widest one. */
  static String bar(double value, double most) {
    double width = most <= 0 ? 0 : Math.min(100, 100 * value / most);
    return String.format(
        Locale.ROOT,
        """
        <svg class=bar viewBox="0 0 100 4" preserveAspectRatio=none aria-hidden=true focusable=false>\
        <rect class=track width=100 height=4 rx=2 /><rect class=fillbar width=%.1f height=4 rx=2 /></svg>""",
        width);
  }
}

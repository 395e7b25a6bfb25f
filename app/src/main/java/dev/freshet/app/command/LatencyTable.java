package dev.freshet.app.command;

import dev.freshet.app.Terminal;
import dev.freshet.console.api.LatencyApi.Window;
import dev.freshet.events.LatencyRow;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Routes in one window as lines, the slowest first and the sums last. */
final class LatencyTable {

  private static final Comparator<Window> ORDER =
      Comparator.comparing((Window row) -> row.route().equals(LatencyRow.TOTAL))
          .thenComparing(row -> row.service().equals(LatencyRow.TOTAL))
          .thenComparing(Comparator.comparingDouble(LatencyTable::p95).reversed())
          .thenComparing(Window::service)
          .thenComparing(Window::route);

  private LatencyTable() {}

  private static double p95(Window row) {
    Double p95 = row.p95Ms();
    return p95 == null ? -1 : p95;
  }

  static List<Window> sorted(List<Window> rows) {
    return rows.stream().sorted(ORDER).toList();
  }

  /**
   * @param rows at least one
   */
  static void print(List<Window> rows, String window, Terminal terminal) {
    int width = Math.max(8, rows.stream().mapToInt(row -> label(row).length()).max().orElse(0));
    String format = "%-" + width + "s %9s %8s %9s %9s %9s %9s %9s %7s %6s%n";
    PrintStream out = terminal.out();
    out.printf(
        Locale.ROOT,
        format,
        "last " + window,
        "requests",
        "per s",
        "avg",
        "p50",
        "p95",
        "p99",
        "max",
        "errors",
        "hits");
    for (Window row : rows) {
      out.printf(
          Locale.ROOT,
          format,
          label(row),
          row.count(),
          String.format(Locale.ROOT, "%.1f", row.perSecond()),
          time(row.avgMs()),
          time(row.p50Ms()),
          time(row.p95Ms()),
          time(row.p99Ms()),
          time(row.maxMs()),
          share(row.errorRate()),
          share(row.hitRate()));
    }
    out.flush();
  }

  private static String label(Window row) {
    if (row.service().equals(LatencyRow.TOTAL)) {
      return "all services";
    }
    return row.service() + (row.route().equals(LatencyRow.TOTAL) ? " (all)" : " " + row.route());
  }

  /** A duration in words; a dash when there is none. */
  static String time(@Nullable Double millis) {
    if (millis == null) {
      return "-";
    }
    if (millis >= 10_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1000);
    }
    return String.format(Locale.ROOT, millis >= 100 ? "%.0f ms" : "%.2f ms", millis);
  }

  private static String share(@Nullable Double ratio) {
    return ratio == null ? "-" : String.format(Locale.ROOT, "%.1f%%", 100 * ratio);
  }
}

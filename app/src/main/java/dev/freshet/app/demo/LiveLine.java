package dev.freshet.app.demo;

import dev.freshet.app.Terminal;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;

/**
 * The demo's figures, once a second: a line, and one for each view. At a terminal they are written
 * over; elsewhere they come every 5 s, the views every 15 s. Thread-safe.
 */
final class LiveLine {

  private static final int PLAIN_EVERY_SECONDS = 5;
  private static final int PLAIN_VIEWS_EVERY_SECONDS = 15;

  /** So that a line that is too long is cut off at the edge and does not take two. */
  private static final String NO_WRAP = "\u001b[?7l";

  private static final String WRAP = "\u001b[?7h";
  private static final String CLEAR_BELOW = "\r\u001b[J";

  private final Terminal terminal;
  private final MeterRegistry registry;
  private final boolean overwrite;
  private long lastSecond;
  private long lastChanges;
  private List<String> shown = List.of();

  LiveLine(Terminal terminal, MeterRegistry registry) {
    this.terminal = terminal;
    this.registry = registry;
    this.overwrite = terminal.colour();
  }

  synchronized void print(long seconds, Workload workload, FreshnessCheck check, DemoViews views) {
    if (!overwrite && seconds % PLAIN_EVERY_SECONDS != 0) {
      return;
    }
    List<String> lines = new ArrayList<>();
    lines.add(figures(seconds, workload, check));
    if (overwrite || seconds % PLAIN_VIEWS_EVERY_SECONDS == 0) {
      lines.addAll(views(views));
    }
    if (overwrite) {
      clear();
      draw(lines);
    } else {
      lines.forEach(terminal.err()::println);
    }
  }

  private String figures(long seconds, Workload workload, FreshnessCheck check) {
    Percentiles.Figures latency = check.recentLatency();
    Percentiles.Figures taken = workload.counts().durations.take();
    long changes = workload.changes();
    long reads = workload.counts().reads.get();
    String line =
        "%02d:%02d  %,d changes (%,d/s)  %,.0f keys deleted  %.0f %% hits  reads p95 %.1f ms  commit to delete p50 %.1f p99 %.1f max %.1f ms  violations %d"
            .formatted(
                seconds / 60,
                seconds % 60,
                changes,
                Math.round((changes - lastChanges) / (double) Math.max(1, seconds - lastSecond)),
                registry.counter("freshet.invalidation.keys.deleted").count(),
                reads == 0 ? 0.0 : 100.0 * workload.counts().hits() / reads,
                taken.p95(),
                latency.p50(),
                latency.p99(),
                latency.max(),
                check.violations());
    lastSecond = seconds;
    lastChanges = changes;
    return line;
  }

  private static List<String> views(DemoViews views) {
    List<String> lines = new ArrayList<>();
    for (DemoViews.Line view : views.lines()) {
      lines.add(
          "       %-18s %,5d rows  %4d ms behind  %s%s"
              .formatted(
                  view.view(),
                  view.rows(),
                  view.behind().toMillis(),
                  view.headline(),
                  view.errors() == 0 ? "" : "  ERROR: %,d rows".formatted(view.errors())));
    }
    if (views.comparisons() > 0) {
      lines.add(
          "       compared with their SQL in Postgres %,d times: %,d rows differ"
              .formatted(views.comparisons(), views.mismatches()));
    }
    return lines;
  }

  /** Tells something above the figures. */
  synchronized void say(String text) {
    if (overwrite) {
      clear();
    }
    terminal.say(text);
    if (overwrite) {
      draw(shown);
    }
  }

  private void clear() {
    String up = shown.size() > 1 ? "\u001b[%dA".formatted(shown.size() - 1) : "";
    terminal.err().print(up + CLEAR_BELOW);
  }

  private void draw(List<String> lines) {
    shown = List.copyOf(lines);
    terminal.err().print(NO_WRAP + String.join("\n", lines) + WRAP);
    terminal.err().flush();
  }

  synchronized void end() {
    if (overwrite && !shown.isEmpty()) {
      terminal.err().println();
    }
    shown = List.of();
  }
}

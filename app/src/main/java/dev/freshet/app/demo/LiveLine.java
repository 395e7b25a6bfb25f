package dev.freshet.app.demo;

import dev.freshet.app.Terminal;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * The demo's figures, once a second: one line that is written over at a terminal, else every 5 s.
 */
final class LiveLine {

  private static final int PLAIN_EVERY_SECONDS = 5;

  private final Terminal terminal;
  private final MeterRegistry registry;
  private final boolean overwrite;
  private long lastSecond;
  private long lastChanges;

  LiveLine(Terminal terminal, MeterRegistry registry) {
    this.terminal = terminal;
    this.registry = registry;
    this.overwrite = terminal.colour();
  }

  void print(long seconds, Workload workload, FreshnessCheck check) {
    if (!overwrite && seconds % PLAIN_EVERY_SECONDS != 0) {
      return;
    }
    Percentiles.Figures latency = check.recentLatency();
    long changes = workload.changes();
    long reads = workload.counts().reads.get();
    String line =
        "%02d:%02d  %,d changes (%,d/s)  %,.0f keys deleted  %.0f %% hits  commit to delete p50 %.1f p99 %.1f max %.1f ms  violations %d"
            .formatted(
                seconds / 60,
                seconds % 60,
                changes,
                Math.round((changes - lastChanges) / (double) Math.max(1, seconds - lastSecond)),
                registry.counter("freshet.invalidation.keys.deleted").count(),
                reads == 0 ? 0.0 : 100.0 * workload.counts().hits() / reads,
                latency.p50(),
                latency.p99(),
                latency.max(),
                check.violations());
    lastSecond = seconds;
    lastChanges = changes;
    if (overwrite) {
      terminal.err().print("\r\u001b[K" + line);
      terminal.err().flush();
    } else {
      terminal.err().println(line);
    }
  }

  void end() {
    if (overwrite) {
      terminal.err().println();
    }
  }
}

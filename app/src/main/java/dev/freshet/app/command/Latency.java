package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.events.LatencyJson;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.MalformedEventException;
import dev.freshet.metrics.MetricsConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code freshet latency}. */
@Command(
    name = "latency",
    description = "Rolling p50, p95, p99 and max of every route.",
    footer = {
      "  freshet latency                              # the last 5 minutes, slowest route first",
      "  freshet latency --window 1h --route /orders",
      "  freshet latency --json | jq 'select(.route == \"_total\")'",
      "  freshet latency --window 1m --watch",
    })
final class Latency implements Callable<Integer> {

  /** A row that old says that nothing writes rows any more. */
  private static final Duration STALE = Duration.ofMinutes(2);

  private static final Duration TURN = Duration.ofSeconds(2);

  private final Terminal terminal;
  private final InstantSource clock = InstantSource.system();
  private final Map<String, LatencyRow> rows = new HashMap<>();
  private Instant shown = Instant.MIN;

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(
      names = "--window",
      paramLabel = "TIME",
      defaultValue = "5m",
      converter = DurationOption.class,
      description = "One of the windows of the config. Default: ${DEFAULT-VALUE}.")
  private Duration window = Duration.ofMinutes(5);

  @Option(
      names = "--route",
      paramLabel = "TEXT",
      description = "Only services and routes with this text in their name.")
  private @Nullable String route;

  @Option(names = "--json", description = "One JSON object per row, as on the topic.")
  private boolean json;

  @Option(names = "--watch", description = "Go on, and show the rows again as they change.")
  private boolean watch;

  @Spec private @Nullable CommandSpec spec;

  Latency(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    FreshetConfig read = config.read(terminal);
    String name = windowName(read);
    try (TopicReader reader = new TopicReader(read, "freshet-latency")) {
      reader.table(
          read.topics().latency(), record -> take(record, name), () -> show(name) && watch);
    }
    return ExitCode.DONE.number();
  }

  private String windowName(FreshetConfig read) {
    String name = MetricsConfig.windowName(window);
    List<String> names = read.metrics().windowNames();
    if (!names.contains(name) && spec != null) {
      throw new ParameterException(
          spec.commandLine(),
          "There is no window of %s; there are %s".formatted(name, String.join(", ", names)));
    }
    return name;
  }

  private void take(ConsumerRecord<byte[], byte[]> record, String name) {
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (record.value() == null) {
      rows.remove(key);
      return;
    }
    try {
      LatencyRow row = LatencyJson.parseRow(record.value());
      if (row.window().equals(name) && isAskedFor(row)) {
        rows.put(key, row);
      }
    } catch (MalformedEventException e) {
      terminal.say(
          "%s-%d offset %d: %s"
              .formatted(record.topic(), record.partition(), record.offset(), e.getMessage()));
    }
  }

  private boolean isAskedFor(LatencyRow row) {
    return route == null || row.route().contains(route) || row.service().contains(route);
  }

  /** Always true. */
  private boolean show(String name) {
    Instant now = clock.instant();
    if (now.isBefore(shown.plus(TURN))) {
      return true;
    }
    shown = now;
    List<LatencyRow> sorted =
        rows.values().stream()
            .sorted(
                Comparator.comparing((LatencyRow row) -> row.route().equals(LatencyRow.TOTAL))
                    .thenComparing(row -> row.service().equals(LatencyRow.TOTAL))
                    .thenComparing(Comparator.comparingLong(Latency::p95).reversed())
                    .thenComparing(LatencyRow::service)
                    .thenComparing(LatencyRow::route))
            .toList();
    if (json) {
      sorted.forEach(
          row ->
              terminal.out().println(new String(LatencyJson.write(row), StandardCharsets.UTF_8)));
    } else {
      table(sorted, name, now);
    }
    return true;
  }

  private static long p95(LatencyRow row) {
    LatencyRow.Latencies latencies = row.latencies();
    return latencies == null ? -1 : latencies.p95();
  }

  private void table(List<LatencyRow> sorted, String name, Instant now) {
    if (sorted.isEmpty()) {
      terminal.say(
          "no requests were counted in the last %s; are they sent, and does freshet run %s?"
              .formatted(name, "metrics-aggregator"));
      return;
    }
    int width = sorted.stream().mapToInt(row -> label(row).length()).max().orElse(0);
    String format = "%-" + width + "s %9s %8s %9s %9s %9s %9s %9s %7s %6s%n";
    terminal
        .out()
        .printf(
            format,
            "last " + name,
            "requests",
            "per s",
            "avg",
            "p50",
            "p95",
            "p99",
            "max",
            "errors",
            "hits");
    for (LatencyRow row : sorted) {
      LatencyRow.Latencies of = row.latencies();
      terminal
          .out()
          .printf(
              format,
              label(row),
              row.counts().total(),
              "%.1f".formatted(row.rate()),
              of == null ? "-" : time(of.avg()),
              of == null ? "-" : time(of.p50()),
              of == null ? "-" : time(of.p95()),
              of == null ? "-" : time(of.p99()),
              of == null ? "-" : time(of.max()),
              share(row.counts().errorRate()),
              share(row.counts().hitRate()));
    }
    long asOf = sorted.stream().mapToLong(LatencyRow::asOfMillis).max().orElse(0);
    if (Instant.ofEpochMilli(asOf).plus(STALE).isBefore(now)) {
      terminal.say(
          "the newest of these is of %s: does the role metrics-aggregator run?"
              .formatted(Instant.ofEpochMilli(asOf)));
    }
    terminal.out().flush();
  }

  private static String label(LatencyRow row) {
    if (row.service().equals(LatencyRow.TOTAL)) {
      return "all services";
    }
    return row.service() + (row.route().equals(LatencyRow.TOTAL) ? " (all)" : " " + row.route());
  }

  static String time(long nanos) {
    double millis = nanos / 1e6;
    if (millis >= 10_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1000);
    }
    return String.format(Locale.ROOT, millis >= 100 ? "%.0f ms" : "%.2f ms", millis);
  }

  private static String share(double ratio) {
    return Double.isNaN(ratio) ? "-" : String.format(Locale.ROOT, "%.1f%%", 100 * ratio);
  }
}

package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.console.api.LatencyApi.Window;
import dev.freshet.console.api.LatencyApi.Windows;
import dev.freshet.events.LatencyJson;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.MalformedEventException;
import dev.freshet.metrics.MetricsConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
      "  freshet latency --window 1m --watch --url http://shop:8088",
    })
final class Latency implements Callable<Integer> {

  /** A row that old says that nothing writes rows any more. */
  private static final Duration STALE = Duration.ofMinutes(2);

  private static final Duration TURN = Duration.ofSeconds(1);
  private static final int PAGE = 1000;

  private final Terminal terminal;
  private final InstantSource clock = InstantSource.system();
  private final Map<String, Window> rows = new HashMap<>();
  private Instant shown = Instant.MIN;

  @Mixin private ConsoleOption console = new ConsoleOption();
  @Mixin private Look look = new Look();

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

  @Spec private @Nullable CommandSpec spec;

  Latency(Terminal terminal) {
    this.terminal = terminal;
  }

  /** What of a console's config is wanted here. */
  private record Configured(List<String> windows) {}

  @Override
  public Integer call() throws InterruptedException {
    ConsoleClient client = console.named(terminal).orElse(null);
    if (client != null) {
      String name = windowName(client.get("/api/v1/config", Configured.class).windows());
      look.turns(terminal, () -> show(ask(client, name), name));
    } else {
      FreshetConfig read = console.read(terminal);
      String name = windowName(read.metrics().windowNames());
      try (TopicReader reader = new TopicReader(read, "freshet-latency")) {
        reader.table(read.topics().latency(), record -> take(record, name), () -> showAgain(name));
      }
    }
    return ExitCode.DONE.number();
  }

  private String windowName(List<String> names) {
    String name = MetricsConfig.windowName(window);
    if (!names.contains(name) && spec != null) {
      throw new ParameterException(
          spec.commandLine(),
          "There is no window of %s; there are %s".formatted(name, String.join(", ", names)));
    }
    return name;
  }

  private List<Window> ask(ConsoleClient client, String name) throws InterruptedException {
    List<Window> all = new ArrayList<>();
    Windows page;
    do {
      page =
          client.get(
              ConsoleClient.path(
                  "/api/v1/latency",
                  "window",
                  name,
                  "name",
                  route == null ? "" : route,
                  "totals",
                  "yes",
                  "limit",
                  PAGE,
                  "offset",
                  all.size()),
              Windows.class);
      all.addAll(page.routes());
    } while (page.routes().size() == PAGE);
    return all;
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
        rows.put(key, Window.of(row));
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

  /** Whether to go on. */
  private boolean showAgain(String name) {
    Instant now = clock.instant();
    if (!now.isBefore(shown.plus(TURN))) {
      shown = now;
      show(List.copyOf(rows.values()), name);
    }
    return look.watch();
  }

  /** Whether to look again. */
  private boolean show(List<Window> found, String name) {
    List<Window> sorted = LatencyTable.sorted(found);
    if (look.json()) {
      sorted.forEach(row -> Json.print(terminal, row));
      return look.watch();
    }
    if (sorted.isEmpty()) {
      look.sayOnce(terminal, nothing(name));
      return look.watch();
    }
    look.begin(terminal);
    LatencyTable.print(sorted, name, terminal);
    long asOf = sorted.stream().mapToLong(Window::asOfMs).max().orElse(0);
    if (Instant.ofEpochMilli(asOf).plus(STALE).isBefore(clock.instant())) {
      look.sayOnce(
          terminal,
          "the newest of these is of %s: does the role metrics-aggregator run?"
              .formatted(Instant.ofEpochMilli(asOf)));
    }
    return look.watch();
  }

  private String nothing(String name) {
    return route == null
        ? "no requests were counted in the last %s; are they sent, and does freshet run metrics-aggregator?"
            .formatted(name)
        : "no service and no route with \"%s\" in its name had requests in the last %s"
            .formatted(route, name);
  }
}

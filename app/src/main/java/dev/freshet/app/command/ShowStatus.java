package dev.freshet.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.app.ExitCode;
import dev.freshet.app.Terminal;
import dev.freshet.runtime.FreshetException;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet status}. */
@Command(
    name = "status",
    description =
        "Is it fresh, and where is the time: lag and rate of each stage, from the console.",
    footer = {
      "  freshet status                               # exit code 5 when it is slow or stopped",
      "  freshet status --watch",
      "  freshet status --url http://shop:8088 --json | jq .commit_to_delete.p99_ms",
    })
final class ShowStatus implements Callable<Integer> {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long TURN_MILLIS = 1_000;

  private final Terminal terminal;

  @Mixin private ConsoleOption console = new ConsoleOption();

  @Option(names = "--json", description = "The API's answer, one object a line.")
  private boolean json;

  @Option(names = "--watch", description = "Go on, once a second.")
  private boolean watch;

  ShowStatus(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    String state;
    do {
      state = show(console.get(terminal, "/api/v1/status"));
      if (watch) {
        TimeUnit.MILLISECONDS.sleep(TURN_MILLIS);
      }
    } while (watch);
    return (state.equals("ok") ? ExitCode.DONE : ExitCode.CHECK_FAILED).number();
  }

  private String show(String body) {
    JsonNode status;
    try {
      status = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw FreshetException.failed(
          "this is not a console of Freshet", "it answered something else than JSON", "", e);
    }
    if (json) {
      terminal.out().println(body);
    } else {
      print(status);
    }
    return status.path("state").asText();
  }

  private void print(JsonNode status) {
    terminal
        .out()
        .printf(
            "%s  %s%n",
            status.path("state").asText().toUpperCase(Locale.ROOT),
            status.path("sentence").asText());
    terminal
        .out()
        .printf(
            "  %,.1f changes/s, %,.1f keys deleted/s, applied up to LSN %s%n",
            status.path("changes_per_second").asDouble(),
            status.path("keys_per_second").asDouble(),
            status.path("reached_lsn").asText("-"));
    for (JsonNode stage : status.path("stages")) {
      JsonNode lag = stage.path("lag");
      terminal
          .out()
          .printf(
              "  %-20s %-8s p50 %10s  p99 %10s  %s behind%s%n",
              stage.path("name").asText(),
              stage.path("state").asText(),
              millis(lag.path("p50_ms")),
              millis(lag.path("p99_ms")),
              stage.path("records_behind").isNull()
                  ? "?"
                  : "%,d".formatted(stage.path("records_behind").asLong()),
              stage.path("slowest").asBoolean() ? "  <- most of the time" : "");
    }
  }

  private static String millis(JsonNode millis) {
    return millis.isNumber() ? Latency.time((long) (millis.asDouble() * 1e6)) : "-";
  }
}

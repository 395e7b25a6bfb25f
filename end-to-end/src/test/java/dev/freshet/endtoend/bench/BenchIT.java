package dev.freshet.endtoend.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.app.Main;
import dev.freshet.app.Terminal;
import dev.freshet.runtime.config.Environment;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every bench runs on the real stack and prints the common form; no timing is judged here. */
class BenchIT {

  @Test
  void latencyMeasuresEveryVariantAndEveryKeyDies() throws Exception {
    JsonNode report =
        run("bench", "latency", "--seconds", "1", "--rate", "100", "--rounds", "1", "--json");
    for (String variant : new String[] {"freshet", "no_streams", "floor"}) {
      JsonNode figures = report.at("/variants/" + variant);
      assertThat(figures.path("n").asInt()).as(variant).isEqualTo(100);
      assertThat(figures.path("p50_ms").isNumber()).as(variant).isTrue();
      assertThat(figures.path("p99_ms").asDouble())
          .as(variant)
          .isLessThanOrEqualTo(figures.path("max_ms").asDouble());
    }
    assertThat(report.at("/variants/freshet/alive").asInt()).isZero();
    assertThat(report.at("/ratios/p50_vs_no_streams").isNumber()).isTrue();
    assertThat(report.path("violations").asInt()).isZero();
  }

  @Test
  void sinkDeletesEveryEntry() throws Exception {
    JsonNode report = run("bench", "sink", "--rows", "5000", "--rounds", "1", "--json");
    for (String variant : new String[] {"tag_of_1", "tag_of_10", "tag_of_1000"}) {
      assertThat(report.at("/variants/" + variant + "/tags_per_s").asDouble()).isPositive();
      assertThat(report.at("/variants/" + variant + "/alive").asInt()).as(variant).isZero();
    }
  }

  @Test
  void bulkDrainsThroughBothChains() throws Exception {
    JsonNode report = run("bench", "bulk", "--rows", "3000", "--rounds", "1", "--json");
    assertThat(report.at("/variants/freshet/rows_per_s").asDouble()).isPositive();
    assertThat(report.at("/variants/debezium_to_kafka/rows_per_s").asDouble()).isPositive();
    assertThat(report.at("/ratios/rows_vs_debezium").asDouble()).isPositive();
    assertThat(report.path("violations").asInt()).isZero();
  }

  @Test
  void cacheReadsAndFillsBesidePlainCommands() throws Exception {
    JsonNode report =
        run("bench", "cache", "--rows", "500", "--seconds", "1", "--rounds", "1", "--json");
    for (String variant :
        new String[] {"l1_hit", "l2_hit", "plain_get", "fill", "plain_set_sadd"}) {
      assertThat(report.at("/variants/" + variant + "/ops_per_s").asDouble())
          .as(variant)
          .isPositive();
    }
    assertThat(report.at("/ratios/l2_vs_get").isNumber()).isTrue();
    assertThat(report.at("/ratios/fill_vs_set").isNumber()).isTrue();
    assertThat(report.path("violations").asInt()).as("wrong or missing values").isZero();
  }

  @Test
  void theConsoleAnswersAndItsStreamsAreHeard() throws Exception {
    JsonNode report =
        run(
            "bench",
            "console",
            "--rows",
            "200",
            "--seconds",
            "1",
            "--rate",
            "20",
            "--rounds",
            "1",
            "--json");
    for (String page : new String[] {"first_paint", "status", "latency", "views", "why"}) {
      assertThat(report.at("/variants/" + page + "/p99_ms").asDouble()).as(page).isPositive();
    }
    assertThat(report.at("/variants/streams_500/cores").isNumber()).isTrue();
    assertThat(report.path("violations").asInt()).as("refused, or silent").isZero();
  }

  @Test
  void viewsFollowBesideRefreshAndKTables() throws Exception {
    JsonNode report =
        run(
            "bench",
            "views",
            "--rows",
            "3000",
            "--seconds",
            "1",
            "--rate",
            "100",
            "--rounds",
            "1",
            "--json");
    for (String variant : new String[] {"freshet_3k", "refresh_3k", "freshet_1k", "refresh_1k"}) {
      assertThat(report.at("/variants/" + variant + "/txn_ms").asDouble()).as(variant).isPositive();
    }
    for (String variant :
        new String[] {
          "backfill", "create_table_as", "freshet_sustained", "five_views_sustained", "dsl"
        }) {
      assertThat(report.at("/variants/" + variant + "/rows_per_s").asDouble())
          .as(variant)
          .isPositive();
    }
    assertThat(report.at("/variants/five_views/n").asInt()).isEqualTo(20);
    assertThat(report.at("/ratios/refresh_vs_freshet_3k").isNumber()).isTrue();
    assertThat(report.at("/ratios/sustained_vs_dsl").isNumber()).isTrue();
    assertThat(report.at("/ratios/backfill_vs_ctas").isNumber()).isTrue();
    assertThat(report.path("violations").asInt()).as("rows unlike the SQL").isZero();
  }

  @Test
  void nothingIsLostWhileTheWholeSystemIsBroken() throws Exception {
    JsonNode report =
        run("bench", "faults", "--seed", "10891", "--schedules", "2", "--seconds", "1", "--json");
    assertThat(report.at("/variants/all/schedules").asInt()).isEqualTo(2);
    for (String fault : new String[] {"cut", "broker_kill", "terminate_sinks", "redis_kill"}) {
      assertThat(report.at("/variants/" + fault + "/recovery_p50_ms").isNumber())
          .as(fault)
          .isTrue();
    }
    for (String what : new String[] {"changes", "entries_compared", "requests"}) {
      assertThat(report.at("/variants/all/" + what).asLong()).as(what).isPositive();
    }
    assertThat(report.path("violations").asInt()).as("lost, stale or counted wrongly").isZero();
  }

  /** A check that cannot fail shows nothing. */
  @Test
  void aProductBrokenOnPurposeIsFoundByEachKindOfCheck() throws Exception {
    JsonNode report =
        run(
            "bench",
            "faults",
            "--variant",
            "broken",
            "--schedules",
            "1",
            "--seconds",
            "2",
            "--json");
    for (String kind : new String[] {"lost", "stale", "view", "requests"}) {
      assertThat(report.at("/variants/all/violations_" + kind).asInt()).as(kind).isPositive();
    }
    assertThat(report.path("violations").asInt()).isPositive();
  }

  @Test
  void aVariantOrANumberThatIsNoneIsRefusedBeforeAnythingStarts() {
    refused("has no variant \"broker_kil\"; it has kill_invalidating", "--variant", "broker_kil");
    refused("'x' is not a long", "--seed", "x");
    refused("'many' is not an int", "--schedules", "many");
    refused("--seeds (--schedules) is at least 1, found 0", "--schedules", "0");
    refused("--seconds is at least 1, found -1", "--seconds", "-1");
    refused("not both", "--minutes", "1", "--seconds", "5");
  }

  private static void refused(String told, String... options) {
    List<String> words = new ArrayList<>(List.of("bench", "faults"));
    words.addAll(List.of(options));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertThat(Main.run(terminal(out, err), words.toArray(String[]::new))).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains(told).doesNotContain("bug");
    assertThat(out.size()).isZero();
  }

  /**
   * The one JSON object on stdout. A slow script call may be this machine's: code 5 is let pass.
   */
  static JsonNode run(String... args) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = Main.run(terminal(out, err), args);
    assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isIn(0, 5);
    JsonNode report = new ObjectMapper().readTree(out.toString(StandardCharsets.UTF_8));
    assertThat(report.path("machine").path("cores").asInt()).isPositive();
    assertThat(report.path("command").asText()).startsWith("./freshet bench " + args[1]);
    return report;
  }

  private static Terminal terminal(ByteArrayOutputStream out, ByteArrayOutputStream err) {
    return new Terminal(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        false,
        Environment.of(Map.of()));
  }
}

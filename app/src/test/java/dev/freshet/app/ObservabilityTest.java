package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.app.monitor.Metrics;
import dev.freshet.runtime.health.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Alert rules, dashboards and runbook: they speak of metrics there are, and of each other. */
class ObservabilityTest {

  private static final String RULES = "observability/prometheus/freshet-rules.yml";
  private static final Path DASHBOARDS =
      Repository.ROOT.resolve("observability/grafana/dashboards");
  private static final Path RUNBOOK = Repository.ROOT.resolve("docs/runbook");
  private static final Pattern NAME =
      Pattern.compile("\\b(?:freshet|http_server|jvm|process|system)_[a-z_]+\\b(?!\")");
  private static final Pattern DOCUMENTED =
      Pattern.compile("^\\| `((?:freshet|http_server)_[a-z_]+)`");

  /** What Prometheus adds to the names of histograms and summaries. */
  private static final String PARTS = "_(bucket|count|sum)$";

  private static Set<String> metrics() {
    Set<String> names = new TreeSet<>();
    Repository.read("docs/reference/metrics.md")
        .lines()
        .map(DOCUMENTED::matcher)
        .filter(Matcher::find)
        .forEach(row -> names.add(row.group(1)));
    Arrays.stream(Figure.values())
        .map(figure -> "freshet_health_" + figure.path().replace('.', '_'))
        .forEach(names::add);
    try (Metrics metrics = new Metrics()) {
      new PrometheusText(metrics.registry().scrape()).types().keySet().forEach(names::add);
    }
    return names;
  }

  private static List<String> unknown(String expression) {
    Set<String> known = metrics();
    return NAME.matcher(expression)
        .results()
        .map(found -> found.group().replaceFirst(PARTS, ""))
        .filter(name -> !known.contains(name))
        .toList();
  }

  private static List<Map<String, Object>> rules() {
    return Compose.maps(Compose.yaml(RULES), "groups").stream()
        .flatMap(group -> Compose.maps(group, "rules").stream())
        .toList();
  }

  @Test
  void rulesSpeakOfMetricsThereAre() {
    assertThat(rules())
        .allSatisfy(rule -> assertThat(unknown(Compose.text(rule, "expr"))).isEmpty())
        .allSatisfy(
            rule ->
                assertThat(Compose.text(Compose.map(rule, "labels"), "severity"))
                    .isIn("page", "ticket"));
  }

  @Test
  void dashboardsSpeakOfMetricsThereAreAndFitTogether() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(DASHBOARDS)) {
      files = all.toList();
    }
    Set<String> identities = new TreeSet<>();
    for (Path file : files) {
      JsonNode dashboard = new ObjectMapper().readTree(Repository.read(file));
      assertThat(identities.add(dashboard.path("uid").asText())).as("%s: a uid", file).isTrue();
      assertThat(dashboard.path("title").asText()).startsWith("Freshet: ");
      Set<Integer> panels = new TreeSet<>();
      for (JsonNode panel : dashboard.path("panels")) {
        assertThat(panels.add(panel.path("id").asInt())).as("%s: ids of panels", file).isTrue();
        assertThat(
                panel.path("gridPos").path("x").asInt() + panel.path("gridPos").path("w").asInt())
            .isLessThanOrEqualTo(24);
        assertThat(panel.path("datasource").path("uid").asText()).isEqualTo("prometheus");
        for (JsonNode target : panel.path("targets")) {
          assertThat(unknown(target.path("expr").asText())).as("%s", file).isEmpty();
        }
      }
      for (JsonNode variable : dashboard.path("templating").path("list")) {
        assertThat(unknown(variable.path("query").asText().replaceFirst(", .*", ""))).isEmpty();
      }
    }
    assertThat(files).isNotEmpty();
  }

  @Test
  void everyAlertHasItsPageAndEveryPageItsAlert() throws IOException {
    Set<String> alerts = new TreeSet<>();
    String index = Repository.read(RUNBOOK.resolve("README.md"));
    for (Map<String, Object> rule : rules()) {
      String alert = Compose.text(rule, "alert");
      assertThat(alerts.add(alert)).as(alert + " is there once").isTrue();
      assertThat(Compose.text(Compose.map(rule, "annotations"), "runbook"))
          .isEqualTo("docs/runbook/" + alert + ".md");
      assertThat(index).contains("[" + alert + "](" + alert + ".md)");
      assertThat(Repository.read(RUNBOOK.resolve(alert + ".md")))
          .startsWith("# " + alert + "\n")
          .containsSubsequence("\n## See it", "\n## Do", "\n## It ends");
    }
    try (Stream<Path> pages = Files.list(RUNBOOK)) {
      assertThat(pages.map(page -> page.getFileName().toString().replace(".md", "")))
          .filteredOn(page -> !page.equals("README"))
          .containsExactlyInAnyOrderElementsOf(alerts);
    }
  }

  @Test
  void everyAlertIsTestedWithoutACauseAndWithOne() {
    String tests = Repository.read("observability/prometheus/freshet-rules-test.yml");
    assertThat(rules())
        .allSatisfy(
            rule -> {
              String alert = Compose.text(rule, "alert");
              assertThat(tests).contains("{ eval_time: 25m, alertname: " + alert + " }");
              assertThat(tests).contains("alertname: " + alert + "\n        exp_alerts:");
            });
  }

  @Test
  void prometheusReadsItsConfigAndTheRulesDoWhatTheirTestsSay() throws Exception {
    Program promtool = Program.named("promtool", "prometheus");
    String folder = "observability/prometheus/";
    assertThat(
            promtool.run(Map.of(), "check", "config", "--syntax-only", folder + "prometheus.yml"))
        .startsWith("exit 0\n");
    assertThat(promtool.run(Map.of(), "check", "rules", RULES)).startsWith("exit 0\n");
    assertThat(promtool.run(Map.of(), "test", "rules", folder + "freshet-rules-test.yml"))
        .startsWith("exit 0\n");
  }
}

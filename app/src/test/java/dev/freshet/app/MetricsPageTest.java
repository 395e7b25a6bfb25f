package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.runtime.health.Figure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages of metrics and of health name everything that the code counts, and nothing else. */
class MetricsPageTest {

  /** Where a meter gets its name: the method tells its type, which tells Prometheus's suffix. */
  private static final Pattern METER =
      Pattern.compile(
          "(counter|gauge|timer|Counter\\.builder|Timer\\.builder|Gauge\\.builder)\\(\\s*"
              + "(?:registry,\\s*)?\"(freshet\\.[a-z.]*[a-z])\"(?:,\\s*view,\\s*\"([a-z]+)\")?");

  private static final Pattern ON_THE_PAGE = Pattern.compile("^\\| `(freshet_[a-z_]+)`");

  /** Shown by hand-made collectors. */
  private static final List<String> COLLECTED =
      List.of(
          "freshet_stage_duration_seconds",
          "freshet_route_errors_total",
          "freshet_route_cache_requests_total");

  private static Set<String> counted() throws IOException {
    Set<String> names = new TreeSet<>(COLLECTED);
    try (Stream<Path> files = Files.walk(Repository.ROOT)) {
      files
          .filter(file -> file.toString().contains("/src/main/java/"))
          .filter(file -> file.toString().endsWith(".java"))
          // The library counts in its application's registry.
          .filter(file -> !file.toString().contains("/cache-client/"))
          .filter(file -> !file.toString().contains("/end-to-end/"))
          .filter(file -> !file.toString().contains("/demo/"))
          .forEach(file -> names.addAll(in(file)));
    }
    return names;
  }

  private static Set<String> in(Path file) {
    Set<String> names = new TreeSet<>();
    try {
      Matcher meter = METER.matcher(Files.readString(file));
      while (meter.find()) {
        String type = meter.group(1).toLowerCase(Locale.ROOT);
        String suffix =
            type.startsWith("counter") ? "_total" : type.startsWith("timer") ? "_seconds" : "";
        String unit = meter.group(3);
        if (unit != null && !meter.group(2).endsWith(unit)) {
          suffix = "_" + unit;
        }
        names.add(meter.group(2).replace('.', '_') + suffix);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }

  @Test
  void theMetricsPageNamesEveryMeter() throws IOException {
    Set<String> documented = new TreeSet<>();
    Repository.read("docs/reference/metrics.md")
        .lines()
        .map(ON_THE_PAGE::matcher)
        .filter(Matcher::find)
        .forEach(row -> documented.add(row.group(1)));
    assertThat(documented)
        .as("docs/reference/metrics.md and the meters in the sources")
        .isEqualTo(counted());
  }

  @Test
  void theHealthPageNamesEveryFigureWithItsThresholds() {
    String page = Repository.read("docs/reference/health.md");
    List<String> rows = Arrays.stream(Figure.values()).map(MetricsPageTest::row).toList();
    assertThat(page).contains(String.join("\n", rows) + "\n");
  }

  private static String row(Figure figure) {
    return "| `%s` | %s | %s | %s |"
        .formatted(
            figure.path(),
            figure.meaning(),
            figure.threshold().map(t -> number(t.warn())).orElse(""),
            figure.threshold().map(t -> number(t.critical())).orElse(""));
  }

  private static String number(double value) {
    return value == Math.rint(value) ? "%,d".formatted((long) value) : Double.toString(value);
  }
}

package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Prometheus's text format, read strictly: what breaks a rule of the format fails the test. */
final class PrometheusText {

  private static final Pattern COMMENT =
      Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)");
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(?:[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\n"
              + "]|\\\\.)*\",?)*})? (NaN|[+-]Inf|[0-9.eE+-]+)");

  private final Map<String, String> types = new HashMap<>();
  private final Map<String, Double> samples = new LinkedHashMap<>();

  PrometheusText(String text) {
    assertThat(text).endsWith("\n");
    text.lines().forEach(this::line);
    types.forEach(
        (name, type) -> {
          if (type.equals("histogram")) {
            bucketsAddUp(name);
          }
        });
  }

  private void line(String line) {
    if (line.startsWith("#")) {
      Matcher comment = COMMENT.matcher(line);
      assertThat(comment.matches()).as(line).isTrue();
      if (comment.group(1).equals("TYPE")) {
        assertThat(types.put(comment.group(2), comment.group(3))).as(line).isNull();
      }
      return;
    }
    Matcher sample = SAMPLE.matcher(line);
    assertThat(sample.matches()).as(line).isTrue();
    String labels = sample.group(2) == null ? "" : sample.group(2);
    double value = Double.parseDouble(sample.group(3).replace("Inf", "Infinity"));
    assertThat(family(sample.group(1))).as("a TYPE before %s", line).isPresent();
    assertThat(samples.put(sample.group(1) + labels, value)).as("twice: %s", line).isNull();
  }

  private Optional<String> family(String name) {
    for (String suffix : new String[] {"", "_bucket", "_count", "_sum", "_max"}) {
      String family =
          name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : "";
      if (types.containsKey(family)) {
        return Optional.of(family);
      }
    }
    return Optional.empty();
  }

  private void bucketsAddUp(String name) {
    Map<String, Double> last = new HashMap<>();
    samples.forEach(
        (series, value) -> {
          if (series.startsWith(name + "_bucket{")) {
            String labels =
                series
                    .substring(name.length() + "_bucket".length())
                    .replaceAll(",?le=\"[^\"]*\"", "")
                    .replace("{}", "");
            Double before = last.put(labels, value);
            assertThat(before == null || before <= value).as(series).isTrue();
          }
        });
    last.forEach(
        (labels, highest) ->
            assertThat(samples.get(name + "_count" + labels)).as(name + labels).isEqualTo(highest));
  }

  /** Every metric, without suffixes of its samples, and its type. */
  Map<String, String> types() {
    return types;
  }

  /** A sample by its name and labels as they are written; null when there is none. */
  @Nullable Double value(String series) {
    return samples.get(series);
  }
}

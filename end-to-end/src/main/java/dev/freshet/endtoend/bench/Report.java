package dev.freshet.endtoend.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A result as it is printed.
 *
 * @param bench the bench's name
 * @param foreignCores processors that others kept busy during the run
 * @param command the command line that repeats it
 */
record Report(String bench, Result result, Machine machine, double foreignCores, String command) {

  /** One object, in the form all benches share. */
  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("bench", bench);
    ObjectNode variants = json.putObject("variants");
    result
        .variants()
        .forEach(
            (name, figures) -> {
              ObjectNode variant = variants.putObject(name);
              putAll(variant, figures.numbers());
              if (!figures.cpuSeconds().isEmpty()) {
                putAll(variant.putObject("cpu_s"), figures.cpuSeconds());
              }
            });
    putAll(json.putObject("ratios"), result.ratios());
    json.put("violations", result.violations());
    json.putObject("machine")
        .put("cores", machine.cores())
        .put("memory_mib", machine.memoryMib())
        .put("heap_mib", machine.heapMib())
        .put("jdk", machine.jdk())
        .put("gc", machine.gc())
        .put("os", machine.os())
        .put("load_before", rounded(machine.load()))
        .put("foreign_cores", rounded(foreignCores));
    json.put("command", command);
    return json;
  }

  private static void putAll(ObjectNode node, Map<String, Double> numbers) {
    numbers.forEach(
        (name, value) -> {
          if (value.isNaN() || value.isInfinite()) {
            node.putNull(name);
          } else if (value == Math.rint(value)) {
            node.put(name, value.longValue());
          } else {
            node.put(name, rounded(value));
          }
        });
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  /** An aligned table for people. */
  String table() {
    StringBuilder text = new StringBuilder();
    Set<String> columns = new LinkedHashSet<>();
    result.variants().values().forEach(figures -> columns.addAll(figures.numbers().keySet()));
    text.append("%-18s".formatted(bench));
    columns.forEach(column -> text.append(cell(column)));
    text.append('\n');
    result
        .variants()
        .forEach(
            (name, figures) -> {
              text.append("%-18s".formatted(name));
              for (String column : columns) {
                text.append(cell(number(figures.numbers().getOrDefault(column, Double.NaN))));
              }
              text.append('\n');
            });
    result
        .variants()
        .forEach(
            (name, figures) -> {
              if (!figures.cpuSeconds().isEmpty()) {
                text.append(
                    "%ncpu seconds of %s: %s%n".formatted(name, list(figures.cpuSeconds())));
              }
            });
    if (!result.ratios().isEmpty()) {
      text.append("%nratios: %s%n".formatted(list(result.ratios())));
    }
    text.append("violations: %d%n".formatted(result.violations()));
    text.append(
        "machine: %d cores (%s busy with other work), %d MiB, load before %s, %s, %s%n"
            .formatted(
                machine.cores(),
                number(foreignCores),
                machine.memoryMib(),
                number(machine.load()),
                machine.jdk(),
                machine.os()));
    return text.append("again: ").append(command).toString();
  }

  private static String cell(String text) {
    return "  " + " ".repeat(Math.max(0, 14 - text.length())) + text;
  }

  private static String list(Map<String, Double> numbers) {
    return numbers.entrySet().stream()
        .map(entry -> entry.getKey() + " " + number(entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return String.format(
        Locale.ROOT, value >= 1000 || value == Math.rint(value) ? "%.0f" : "%.2f", value);
  }
}

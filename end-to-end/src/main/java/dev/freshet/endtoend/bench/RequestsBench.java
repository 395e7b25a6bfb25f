package dev.freshet.endtoend.bench;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.runtime.KafkaConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Request events counted, beside a consumer that only reads them and one that also parses them, and
 * beside hopping windows with a t-digest as Kafka Streams' own examples would write them.
 *
 * <p>Each variant runs in a JVM of its own against one broker; the first quarter of its events is
 * for the JIT compiler and not measured. Ratios compare events per processor second of that JVM
 * without its compiler: on a machine with other work these repeat, events per second do not. {@code
 * batch} reads binary batches, and {@code consume_batch} is a bare consumer of the same. An event
 * that the committed rows do not count exactly once is a violation.
 */
final class RequestsBench implements Bench {

  /** A variant, and what it reads. */
  private enum Variant {
    CONSUME(RequestsData.SINGLE, 1),
    CONSUME_PARSE(RequestsData.SINGLE, 1),
    CONSUME_BATCH(RequestsData.BATCH, RequestsData.BATCH_FACTOR),
    HOPPING_TDIGEST(RequestsData.FEW, RequestsData.FEW_FACTOR),
    SINGLE(RequestsData.SINGLE, 1),
    BATCH(RequestsData.BATCH, RequestsData.BATCH_FACTOR),
    SINGLE_20K_ROUTES(RequestsData.MANY_ROUTES, 1),
    SINGLE_1_WINDOW(RequestsData.SINGLE, 1);

    private final String namespace;
    private final double factor;

    Variant(String namespace, double factor) {
      this.namespace = namespace;
      this.factor = factor;
    }

    String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private static final String CPU = "cpu_s_per_m";
  private static final List<String> LABELS =
      java.util.Arrays.stream(Variant.values()).map(Variant::label).toList();

  @Override
  public String name() {
    return "requests";
  }

  @Override
  public String sentence() {
    return "Request events a second through the aggregator, beside bare consumers and a t-digest.";
  }

  @Override
  public Options defaults() {
    return new Options(1, 1, 3, 1, 1_500_000);
  }

  @Override
  public Result run(Options options, Consumer<String> talk) throws Exception {
    Rounds rounds = new Rounds(LABELS);
    try (EmbeddedStack stack = EmbeddedStack.builder().progress(talk).start()) {
      KafkaConnection kafka = new KafkaConnection(stack.kafkaBootstrap(), Map.of());
      RequestsData.write(kafka, options.rows(), options.seed(), talk);
      Random random = new Random(options.seed());
      for (int round = 1; round <= options.rounds(); round++) {
        List<Variant> order = new ArrayList<>(List.of(Variant.values()));
        Collections.shuffle(order, random);
        for (Variant variant : order) {
          long events = Math.round(options.rows() * variant.factor);
          Map<String, Double> figures =
              RequestsTrial.run(kafka, variant.label(), variant.namespace, events);
          rounds.add(variant.label(), figures);
          talk.accept(
              "round %d of %d: %-18s %,12.0f events/s, %.2f CPU seconds per million"
                  .formatted(
                      round,
                      options.rounds(),
                      variant.label(),
                      figures.get("events_per_s"),
                      figures.get(CPU)));
        }
      }
    }
    return result(rounds);
  }

  private static Result result(Rounds rounds) {
    Map<String, Result.Figures> variants = new LinkedHashMap<>();
    double violations = 0;
    for (String label : LABELS) {
      Map<String, Double> figures = new LinkedHashMap<>();
      for (String figure : List.of("events_per_s", CPU, "heap_mib", "changelog_b_per_event")) {
        figures.put(figure, rounds.median(label, figure));
      }
      figures.put("miscounted", rounds.sum(label, "miscounted"));
      violations += figures.get("miscounted");
      variants.put(label, new Result.Figures(figures, Map.of()));
    }
    Map<String, Double> ratios = new LinkedHashMap<>();
    ratios.put("single_vs_parse", cpu(rounds, "consume_parse") / cpu(rounds, "single"));
    ratios.put("single_vs_hopping", cpu(rounds, "hopping_tdigest") / cpu(rounds, "single"));
    ratios.put("batch_vs_consume", cpu(rounds, "consume_batch") / cpu(rounds, "batch"));
    ratios.put("routes_20k_vs_200", cpu(rounds, "single_20k_routes") / cpu(rounds, "single"));
    ratios.put("windows_4_vs_1", cpu(rounds, "single") / cpu(rounds, "single_1_window"));
    return new Result(variants, ratios, (long) violations);
  }

  private static double cpu(Rounds rounds, String label) {
    return rounds.median(label, CPU);
  }
}

package dev.freshet.endtoend.bench;

import dev.freshet.endtoend.consistency.Checker;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Stale reads under a workload and faults that seeds decide, of Freshet and of two other designs;
 * any of Freshet's is a violation, and so is a run of it that did not come to its end.
 */
final class ConsistencyBench implements VariantBench {

  /** Shown first; what else was counted follows. */
  private static final List<String> FIRST =
      List.of("reads", "fills", "refused", "stale", "stale_forever");

  @Override
  public String name() {
    return "consistency";
  }

  @Override
  public String sentence() {
    return "Stale reads while seeds decide about commits, loads and faults, beside two peers.";
  }

  @Override
  public Options defaults() {
    return Options.ofChecker(5, 8, 4);
  }

  @Override
  public List<String> variants() {
    return Checker.variants();
  }

  @Override
  public Result run(Options options, Consumer<String> talk) throws Exception {
    Checker.Order order =
        new Checker.Order(
            options.seed(),
            options.seeds(),
            options.seconds(),
            options.lanes(),
            options.cluster(),
            options.trace());
    Map<String, Result.Figures> variants = new LinkedHashMap<>();
    Map<String, Map<String, Long>> found = checker(options, order, talk).run();
    found.forEach(
        (name, figures) -> variants.put(name, new Result.Figures(shown(figures), Map.of())));
    Map<String, Long> ours = found.getOrDefault("fenced", Map.of());
    long violations =
        ours.getOrDefault("stale", 0L)
            + ours.getOrDefault("stale_forever", 0L)
            + ours.getOrDefault("unsettled", 0L)
            + ours.getOrDefault("failed_runs", 0L);
    return new Result(variants, Map.of(), violations);
  }

  private static Checker checker(Options options, Checker.Order order, Consumer<String> talk) {
    return options
        .variant()
        .map(name -> Checker.named(name, order, talk))
        .orElseGet(() -> Checker.all(order, talk));
  }

  private static Map<String, Double> shown(Map<String, Long> figures) {
    Map<String, Double> shown = new LinkedHashMap<>();
    FIRST.forEach(name -> shown.put(name, (double) figures.getOrDefault(name, 0L)));
    figures.forEach((name, count) -> shown.put(name, (double) count));
    return shown;
  }
}

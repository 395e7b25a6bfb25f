package dev.freshet.endtoend.bench;

import dev.freshet.endtoend.faults.FaultCheck;
import dev.freshet.endtoend.faults.Violation;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Whether anything is lost while the whole system is killed, cut and starved as seeds decide: lost
 * changes, stale entries, views unlike their SQL, requests counted wrongly. Each is a violation.
 */
final class FaultsBench implements VariantBench {

  private static final String ALL = "all";

  @Override
  public String name() {
    return "faults";
  }

  @Override
  public String sentence() {
    return "What is lost or stale after faults that seeds decide, in the whole system.";
  }

  @Override
  public Options defaults() {
    return Options.ofChecker(2, 10, 1);
  }

  @Override
  public List<String> variants() {
    return FaultCheck.variants();
  }

  @Override
  public Result run(Options options, Consumer<String> talk) throws Exception {
    FaultCheck.Findings found =
        new FaultCheck(
                new FaultCheck.Order(
                    options.seed(),
                    options.seeds(),
                    Duration.ofSeconds(options.seconds()),
                    options.variant(),
                    options.trace()),
                talk)
            .run();
    Map<String, Result.Figures> variants = new LinkedHashMap<>();
    Map<String, Double> all = figures(found, found.schedules());
    all.put("changes", (double) found.changes());
    all.put("entries_compared", (double) found.compared());
    all.put("requests", (double) found.requests());
    all.put("own_exits", (double) found.ownExits());
    all.put("full_disks", (double) found.fullDisks());
    for (Violation.Kind kind : Violation.Kind.values()) {
      long count = found.violations().stream().filter(one -> one.kind() == kind).count();
      all.put("violations_" + kind.label(), (double) count);
    }
    variants.put(ALL, new Result.Figures(all, Map.of()));
    Set<String> kinds = new TreeSet<>();
    found.schedules().forEach(ran -> kinds.addAll(ran.faults()));
    for (String kind : kinds) {
      List<FaultCheck.Ran> its =
          found.schedules().stream().filter(ran -> ran.faults().contains(kind)).toList();
      variants.put(kind, new Result.Figures(figures(found, its), Map.of()));
    }
    return new Result(variants, Map.of(), found.violations().size());
  }

  private static Map<String, Double> figures(FaultCheck.Findings found, List<FaultCheck.Ran> its) {
    Set<Long> seeds = its.stream().map(FaultCheck.Ran::seed).collect(Collectors.toSet());
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("schedules", (double) its.size());
    figures.put(
        "violations",
        (double) found.violations().stream().map(Violation::seed).filter(seeds::contains).count());
    times(
        figures,
        "recovery",
        its.stream().flatMapToLong(ran -> ran.recoveryNanos().stream()).toArray());
    long[] back =
        its.stream()
            .map(FaultCheck.Ran::backNanos)
            .flatMap(Collection::stream)
            .mapToLong(Long::longValue)
            .toArray();
    if (back.length > 0) {
      times(figures, "kill_to_invalidating", back);
    }
    return figures;
  }

  private static void times(Map<String, Double> figures, String name, long[] nanos) {
    Quantiles times = Quantiles.ofNanos(nanos);
    figures.put(name + "_p50_ms", times.millis(0.5));
    figures.put(name + "_p99_ms", times.millis(0.99));
    figures.put(name + "_max_ms", times.millis(1));
  }
}

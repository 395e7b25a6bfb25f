package dev.freshet.endtoend.bench;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A measurement with a name, repeatable from its options. */
interface Bench {

  /** All benches there are, in the order of the help. */
  List<Bench> ALL =
      List.of(
          new LatencyBench(),
          new SinkBench(),
          new BulkBench(),
          new CacheBench(),
          new RequestsBench(),
          new ViewsBench(),
          new ConsoleBench(),
          new LeakBench(),
          new HugeTagBench(),
          new ConsistencyBench(),
          new FaultsBench(),
          new SoakBench());

  static Optional<Bench> named(String name) {
    return ALL.stream().filter(bench -> bench.name().equals(name)).findFirst();
  }

  /** What users call it; stable, so that results can be compared over time. */
  String name();

  /** What it measures, in one sentence. */
  String sentence();

  /** What it does when nothing else is asked for. */
  Options defaults();

  /**
   * Measures; blocks until it is done, and leaves nothing running.
   *
   * @param talk takes a line of progress
   */
  Result run(Options options, Consumer<String> talk) throws Exception;
}

package dev.freshet.endtoend.bench;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a bench may be asked for; each bench uses what it has a use for.
 *
 * @param seconds measured time per variant, over all rounds; of a checker, per seed
 * @param rate commits per second
 * @param rounds how often each variant runs; figures are medians over them; one round is a look
 *     whether it works, for which nothing is warmed up
 * @param seed decides the order of the variants within each round; a checker's first seed
 * @param rows rows to change, or entries to delete
 * @param requests request events per second; 0 for a bench without
 * @param checker whether they are for a checker: what follows is for checkers alone
 * @param seeds how many seeds a checker runs
 * @param lanes how many seeds a checker runs at a time
 * @param cluster whether a checker's Redis is a cluster
 * @param variant the only one a checker runs; all if empty
 * @param trace where a checker writes what led to a violation
 */
record Options(
    int seconds,
    int rate,
    int rounds,
    long seed,
    int rows,
    int requests,
    boolean checker,
    int seeds,
    int lanes,
    boolean cluster,
    Optional<String> variant,
    Optional<Path> trace) {

  static final int SECONDS_PER_MINUTE = 60;

  Options {
    atLeastOne("seconds", seconds);
    atLeastOne("rate", rate);
    atLeastOne("rounds", rounds);
    atLeastOne("rows", rows);
    if (requests < 0) {
      throw new IllegalArgumentException("--requests is at least 0, found " + requests);
    }
    atLeastOne("seeds (--schedules)", seeds);
    atLeastOne("lanes", lanes);
  }

  /** Those of a measurement. */
  Options(int seconds, int rate, int rounds, long seed, int rows) {
    this(
        seconds,
        rate,
        rounds,
        seed,
        rows,
        0,
        false,
        1,
        1,
        false,
        Optional.empty(),
        Optional.empty());
  }

  /** Those of a checker. */
  static Options ofChecker(int seconds, int seeds, int lanes) {
    return new Options(
        seconds, 1, 1, 1, 1, 0, true, seeds, lanes, false, Optional.empty(), Optional.empty());
  }

  /** Those of a soak: so long, so many commits and requests a second. */
  static Options ofSoak(int minutes, int rate, int requests, int rows) {
    return new Options(
        minutes * SECONDS_PER_MINUTE,
        rate,
        1,
        1,
        rows,
        requests,
        false,
        1,
        1,
        false,
        Optional.empty(),
        Optional.empty());
  }

  /** Whether code is to be compiled and caches filled before figures count. */
  boolean warmUp() {
    return rounds > 1;
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("--%s is at least 1, found %d".formatted(name, value));
    }
  }

  /** The options as they are typed. */
  String commandLine() {
    return checker
        ? "--seed %d --seeds %d --seconds %d --lanes %d".formatted(seed, seeds, seconds, lanes)
            + (cluster ? " --redis cluster" : "")
            + variant.map(name -> " --variant " + name).orElse("")
        : "--seconds %d --rate %d --rounds %d --seed %d --rows %d"
                .formatted(seconds, rate, rounds, seed, rows)
            + (requests > 0 ? " --requests " + requests : "");
  }
}

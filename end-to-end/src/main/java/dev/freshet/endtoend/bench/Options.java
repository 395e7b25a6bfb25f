package dev.freshet.endtoend.bench;

/**
 * What a bench may be asked for; each bench uses what it has a use for.
 *
 * @param seconds measured time per variant, over all rounds
 * @param rate commits per second
 * @param rounds how often each variant runs; figures are medians over them
 * @param seed decides the order of the variants within each round
 * @param rows rows to change, or entries to delete
 */
record Options(int seconds, int rate, int rounds, long seed, int rows) {

  Options {
    atLeastOne("seconds", seconds);
    atLeastOne("rate", rate);
    atLeastOne("rounds", rounds);
    atLeastOne("rows", rows);
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("--%s is at least 1, found %d".formatted(name, value));
    }
  }

  /** The options as they are typed. */
  String commandLine() {
    return "--seconds %d --rate %d --rounds %d --seed %d --rows %d"
        .formatted(seconds, rate, rounds, seed, rows);
  }
}

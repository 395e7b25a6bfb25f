package dev.freshet.endtoend.bench;

import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;
import java.util.function.Predicate;

/** What Redis itself noted as slow since it was last asked to forget: longer than 1 ms. */
record SlowLog(List<Double> millis) {

  /** Longer than that, and everyone else has waited too long. */
  private static final double LONGEST_MS = 5;

  private static final int MOST = 1024;

  /** Reads it; {@code ofInterest} is asked about the first word of each command. */
  static SlowLog read(RedisCommands<String, String> redis, Predicate<String> ofInterest) {
    return new SlowLog(
        redis.slowlogGet(MOST).stream()
            .map(entry -> (List<?>) entry)
            .filter(entry -> ofInterest.test(((List<?>) entry.get(3)).get(0).toString()))
            .map(entry -> (Long) entry.get(2) / 1000.0)
            .toList());
  }

  /** The longest, ms; 0 when none was slow. */
  double slowest() {
    return millis.stream().mapToDouble(ms -> ms).max().orElse(0);
  }

  /** How many took longer than 5 ms. */
  double tooLong() {
    return millis.stream().filter(ms -> ms > LONGEST_MS).count();
  }
}

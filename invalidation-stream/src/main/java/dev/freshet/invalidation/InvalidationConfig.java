package dev.freshet.invalidation;

import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.InvalidValue;
import java.time.Duration;

/** How stale tags reach Redis. */
@Doc("How stale tags reach Redis.")
public record InvalidationConfig(
    @Doc("Partitions the invalidations topic is created with.") @Default("1") int partitions,
    @Doc(
            "The longest a cache load may take. A load that began earlier is refused, and"
                + " transactions older than that need no memory.")
        @Default("1m")
        Duration longestLoad) {

  public InvalidationConfig {
    if (partitions < 1 || partitions > 256) {
      throw new InvalidValue("partitions", "found " + partitions + ", expected 1 to 256");
    }
    if (longestLoad.compareTo(Duration.ofSeconds(1)) < 0
        || longestLoad.compareTo(Duration.ofHours(1)) > 0) {
      throw new InvalidValue("longestLoad", "found " + longestLoad + ", expected 1s to 1h");
    }
  }

  /** All defaults. */
  public static InvalidationConfig defaults() {
    return new InvalidationConfig(1, Duration.ofMinutes(1));
  }
}

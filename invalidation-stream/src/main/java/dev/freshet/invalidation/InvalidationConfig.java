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
        Duration longestLoad,
    @Doc(
            "Parts the cache is laid out in, so that a Redis Cluster can spread them. More cost"
                + " more: every stale tag is told to each.")
        @Default("1")
        int buckets,
    @Doc(
            "Recently touched tags remembered in each part. Beyond that, loads under way are"
                + " refused.")
        @Default("1000000")
        int maxMarks) {

  static final int MAX_BUCKETS = 256;

  public InvalidationConfig {
    if (partitions < 1 || partitions > 256) {
      throw new InvalidValue("partitions", "found " + partitions + ", expected 1 to 256");
    }
    if (longestLoad.compareTo(Duration.ofSeconds(1)) < 0
        || longestLoad.compareTo(Duration.ofHours(1)) > 0) {
      throw new InvalidValue("longestLoad", "found " + longestLoad + ", expected 1s to 1h");
    }
    if (buckets < 1 || buckets > MAX_BUCKETS) {
      throw new InvalidValue("buckets", "found " + buckets + ", expected 1 to " + MAX_BUCKETS);
    }
    if (maxMarks < 10_000) {
      throw new InvalidValue("maxMarks", "found " + maxMarks + ", expected at least 10000");
    }
  }

  /** All defaults. */
  public static InvalidationConfig defaults() {
    return new InvalidationConfig(1, Duration.ofMinutes(1), 1, 1_000_000);
  }
}

package dev.freshet.runtime;

import java.util.Map;

/**
 * A topic as Freshet wants it.
 *
 * @param name its name
 * @param partitions how many partitions it is created with; an existing topic keeps its own
 * @param settings topic settings it is created with
 */
public record TopicSpec(String name, int partitions, Map<String, String> settings) {

  public TopicSpec {
    settings = Map.copyOf(settings);
    if (partitions < 1) {
      throw new IllegalArgumentException(
          "topic %s: at least one partition, found %d".formatted(name, partitions));
    }
  }

  /** A topic whose records are kept for a time and up to a size per partition. */
  public static TopicSpec log(String name, int partitions, long retentionMillis, long bytes) {
    return new TopicSpec(
        name,
        partitions,
        Map.of(
            "retention.ms", Long.toString(retentionMillis),
            "retention.bytes", Long.toString(bytes)));
  }

  /** A topic that keeps the last record of every key. */
  public static TopicSpec table(String name, int partitions) {
    return new TopicSpec(name, partitions, Map.of("cleanup.policy", "compact"));
  }
}

package dev.freshet.console.model;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Records that wait in front of each stage, as Kafka counts them. Thread-safe. */
public final class StageLags {

  /** The stages whose readers keep a position in Kafka. */
  public enum Stage {
    STREAM,
    METRICS
  }

  private Map<Stage, Long> records = Map.of();

  /** Replaces everything that was known. */
  public synchronized void set(Map<Stage, Long> known) {
    records = Map.copyOf(new TreeMap<>(known));
  }

  /** Records a stage has not read; empty when it never kept a position. */
  public synchronized OptionalLong of(Stage stage) {
    Long known = records.get(stage);
    return known == null ? OptionalLong.empty() : OptionalLong.of(known);
  }
}

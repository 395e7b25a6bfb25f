package dev.freshet.console.model;

/**
 * Something that kept a service from its work for a while.
 *
 * @param service its name
 * @param millis when that was, or was first counted
 * @param times how often, for what is counted
 */
public record Disturbance(String service, Kind kind, long millis, long times) {

  /** What happened. */
  public enum Kind {
    /** Its process began, or took it up. */
    STARTED,
    /** Its consumers were given other partitions. */
    REBALANCED
  }
}

package dev.freshet.runtime;

/**
 * How a service is.
 *
 * @param state what it is doing
 * @param detail one line for people; empty when all is well
 */
public record Health(State state, String detail) {

  /** What a service is doing. */
  public enum State {
    STARTING,
    RUNNING,
    /** It goes on trying: something it needs does not answer. */
    DEGRADED,
    /** It gave up; the process should end. */
    FAILED,
    STOPPED
  }

  public static Health of(State state) {
    return new Health(state, "");
  }

  /** Whether it does its work now: running, without a remark such as that it rebalances. */
  public boolean isReady() {
    return state == State.RUNNING && detail.isEmpty();
  }
}

package dev.freshet.events;

/**
 * The state of one alert: a record of {@code <ns>.alerts}, replaced by the next with the same SLO
 * and windows; written when the state changes.
 *
 * @param slo the objective's name in the config
 * @param windows the windows of the rule, {@code 1h/5m}
 * @param severity {@code page} or {@code ticket}
 * @param state where it stands
 * @param sinceMillis since when it stands there, milliseconds since 1970
 * @param startedMillis when the condition was seen first
 * @param factor the burn rate from which the rule fires
 * @param longBurn the burn rate over the long window when this was written
 * @param shortBurn the same over the short window
 * @param objective the share that should be good
 * @param bad bad requests in the long window
 * @param total requests in the long window
 */
public record Alert(
    String slo,
    String windows,
    String severity,
    State state,
    long sinceMillis,
    long startedMillis,
    double factor,
    double longBurn,
    double shortBurn,
    double objective,
    long bad,
    long total) {

  /** Where an alert stands; written in lower case. */
  public enum State {
    /** It was pending, and that passed. */
    INACTIVE,
    /** The condition holds, but not for long enough. */
    PENDING,
    FIRING,
    /** It fired, and that is over. */
    RESOLVED
  }
}

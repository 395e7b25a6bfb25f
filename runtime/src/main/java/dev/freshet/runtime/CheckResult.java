package dev.freshet.runtime;

/**
 * One line of {@code freshet doctor}.
 *
 * @param subject what was looked at, for example {@code postgres.wal_level}
 * @param outcome how it stands
 * @param detail what was found, with values
 * @param hint what to do; empty when nothing needs doing
 */
public record CheckResult(String subject, Outcome outcome, String detail, String hint) {

  /** How a check stands. */
  public enum Outcome {
    OK,
    WARN,
    FAIL
  }

  public static CheckResult ok(String subject, String detail) {
    return new CheckResult(subject, Outcome.OK, detail, "");
  }

  public static CheckResult warn(String subject, String detail, String hint) {
    return new CheckResult(subject, Outcome.WARN, detail, hint);
  }

  public static CheckResult fail(String subject, String detail, String hint) {
    return new CheckResult(subject, Outcome.FAIL, detail, hint);
  }
}

package dev.freshet.app;

import dev.freshet.runtime.FreshetException;

/** How a command ended, as the number a script sees. The numbers do not change. */
public enum ExitCode {
  DONE(0, "done", "The command did what it says."),
  FAILED(1, "failed", "It did not, or found nothing; the reason is on stderr."),
  WRONG_USAGE(2, "wrong usage", "An unknown command, option or role, or a missing argument."),
  INVALID_CONFIG(
      3, "invalid config", "The config file is missing or has problems; all are listed."),
  UNREACHABLE(4, "cannot reach a service", "Postgres, Kafka or Redis does not answer."),
  CHECK_FAILED(5, "check failed", "A check, or a command that checks itself, found a violation.");

  private final int number;
  private final String name;
  private final String meaning;

  ExitCode(int number, String name, String meaning) {
    this.number = number;
    this.name = name;
    this.meaning = meaning;
  }

  public int number() {
    return number;
  }

  /** Two or three words, for the last line of the help. */
  public String shortName() {
    return name;
  }

  /** A sentence, for the reference page. */
  public String meaning() {
    return meaning;
  }

  /** The code for a failure of this kind. */
  public static ExitCode of(FreshetException.Kind kind) {
    return switch (kind) {
      case UNREACHABLE -> UNREACHABLE;
      case UNFIT -> CHECK_FAILED;
      case FAILED -> FAILED;
    };
  }
}

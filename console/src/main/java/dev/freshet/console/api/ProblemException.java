package dev.freshet.console.api;

/** A question that is answered with a {@link Problem}. */
public final class ProblemException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Problem problem;
  private final String hint;

  /**
   * @param detail what happened, with the values
   * @param hint what to do; empty when there is nothing to advise
   */
  public ProblemException(Problem problem, String detail, String hint) {
    super(detail, null, false, false);
    this.problem = problem;
    this.hint = hint;
  }

  public Problem problem() {
    return problem;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }

  public String hint() {
    return hint;
  }
}

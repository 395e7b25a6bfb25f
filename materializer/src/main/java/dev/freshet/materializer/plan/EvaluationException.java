package dev.freshet.materializer.plan;

/**
 * What Postgres would have raised for this row: division by zero, a value out of range, a text that
 * is no number. The row is an error of the view until it is retracted; the view goes on.
 */
public final class EvaluationException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * @param message as Postgres words it, so that equal errors have equal texts
   */
  public EvaluationException(String message) {
    super(message, null, false, false);
  }
}

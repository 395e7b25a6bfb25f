package dev.freshet.ingest.requests;

/** Why a request is not accepted, as an HTTP status and a sentence. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final int retryAfterSeconds;

  private Refusal(int status, String detail, int retryAfterSeconds) {
    super(detail, null, false, false);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** What will be refused again if it is sent again. */
  static Refusal forGood(int status, String detail) {
    return new Refusal(status, detail, 0);
  }

  /** What may be accepted later. */
  static Refusal forNow(int status, String detail, int retryAfterSeconds) {
    return new Refusal(status, detail, retryAfterSeconds);
  }

  int status() {
    return status;
  }

  /** 0 when it is of no use to come again. */
  int retryAfterSeconds() {
    return retryAfterSeconds;
  }

  String detail() {
    return String.valueOf(getMessage());
  }
}

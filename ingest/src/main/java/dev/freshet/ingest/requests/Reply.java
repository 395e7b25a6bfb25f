package dev.freshet.ingest.requests;

/** An answer over HTTP. */
final class Reply {

  private final int status;
  private final String contentType;
  private final byte[] body;
  private final int retryAfterSeconds;

  /** An answer; {@code retryAfterSeconds} is 0 for none. */
  Reply(int status, String contentType, byte[] body, int retryAfterSeconds) {
    this.status = status;
    this.contentType = contentType;
    this.body = body;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  int status() {
    return status;
  }

  String contentType() {
    return contentType;
  }

  byte[] body() {
    return body;
  }

  int retryAfterSeconds() {
    return retryAfterSeconds;
  }
}

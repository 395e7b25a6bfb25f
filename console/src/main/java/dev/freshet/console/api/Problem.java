package dev.freshet.console.api;

import java.util.Locale;

/** Every error this server answers with; each has its section in docs/reference/problems.md. */
public enum Problem {
  INVALID_PARAMETER(400, "Invalid parameter"),
  INVALID_BODY(400, "Invalid body"),
  TOKEN_NEEDED(401, "Token needed"),
  FOREIGN_HOST(403, "Foreign host"),
  WRITING_IS_OFF(403, "Writing is off"),
  NOT_FOUND(404, "Not found"),
  VIEW_NOT_FOUND(404, "View not found"),
  CAUSE_NOT_FOUND(404, "Cause not found"),
  METHOD_NOT_ALLOWED(405, "Method not allowed"),
  BODY_TOO_LARGE(413, "Body too large"),
  UNSUPPORTED_MEDIA_TYPE(415, "Unsupported media type"),
  TOO_MANY_REQUESTS(429, "Too many requests"),
  INTERNAL_ERROR(500, "Internal error"),
  NOT_READY(503, "Not ready");

  private final int status;
  private final String title;

  Problem(int status, String title) {
    this.status = status;
    this.title = title;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** What kind of problem it is, for people. */
  public String title() {
    return title;
  }

  /** Its name in addresses: {@code view-not-found}. */
  public String slug() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** RFC 9457's type: a name, and not an address anybody would have to keep alive. */
  public String type() {
    return "urn:freshet:problem:" + slug();
  }
}

package dev.freshet.runtime;

import org.jspecify.annotations.Nullable;

/**
 * A failure told to people: what happened, the values behind it, and what to do.
 *
 * <p>For operating errors only; a programmer's error stays an {@link IllegalStateException}.
 */
public final class FreshetException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What kind of failure it is; decides the exit code of a command. */
  public enum Kind {
    /** Something Freshet needs did not answer. */
    UNREACHABLE,
    /** A service answers but is not set up as Freshet needs it. */
    UNFIT,
    /** Anything else. */
    FAILED
  }

  private final Kind kind;
  private final String detail;
  private final String hint;

  private FreshetException(
      Kind kind, String primary, String detail, String hint, @Nullable Throwable cause) {
    super(primary, cause);
    this.kind = kind;
    this.detail = detail;
    this.hint = hint;
  }

  /** A service that did not answer. */
  public static FreshetException unreachable(
      String primary, String detail, String hint, @Nullable Throwable cause) {
    return new FreshetException(Kind.UNREACHABLE, primary, detail, hint, cause);
  }

  /** A service that is not set up as needed. */
  public static FreshetException unfit(String primary, String detail, String hint) {
    return new FreshetException(Kind.UNFIT, primary, detail, hint, null);
  }

  /** Any other failure. */
  public static FreshetException failed(
      String primary, String detail, String hint, @Nullable Throwable cause) {
    return new FreshetException(Kind.FAILED, primary, detail, hint, cause);
  }

  public Kind kind() {
    return kind;
  }

  /** The values behind the failure; may have several lines. */
  public String detail() {
    return detail;
  }

  /** What to do; empty when there is nothing to advise. */
  public String hint() {
    return hint;
  }

  /** All three parts, as a command prints them after its own name. */
  public String text() {
    StringBuilder text = new StringBuilder(String.valueOf(getMessage()));
    if (!detail.isEmpty()) {
      text.append("\n  ").append(detail.replace("\n", "\n  "));
    }
    if (!hint.isEmpty()) {
      text.append("\n  hint: ").append(hint.replace("\n", "\n  "));
    }
    return text.toString();
  }
}

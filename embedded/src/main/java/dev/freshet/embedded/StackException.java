package dev.freshet.embedded;

import org.jspecify.annotations.Nullable;

/**
 * A service that could not be started, reached or stopped. The message is meant for people: what
 * happened, the values, and what to do.
 */
public final class StackException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StackException(String primary, String detail, String hint) {
    this(primary, detail, hint, null);
  }

  StackException(String primary, String detail, String hint, @Nullable Throwable cause) {
    super(primary + "\n  " + detail.strip().replace("\n", "\n  ") + "\n  hint: " + hint, cause);
  }
}

package dev.freshet.ingest;

import dev.freshet.runtime.FreshetException;
import java.io.IOException;
import java.sql.SQLException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/** Which failures pass by themselves. */
final class Failures {

  private static final int DEEPEST = 20; // causes; a chain could be a ring

  private Failures() {}

  /** Whether the same run, started again later, may succeed. */
  static boolean mayPass(Throwable failure) {
    int depth = 0;
    for (Throwable cause = failure;
        cause != null && depth < DEEPEST;
        cause = cause.getCause(), depth++) {
      if (cause instanceof FreshetException told) {
        return told.kind() == FreshetException.Kind.UNREACHABLE;
      }
      if (cause instanceof AuthenticationException
          || cause instanceof AuthorizationException
          || cause instanceof RecordTooLargeException) {
        return false;
      }
      if (cause instanceof SQLException
          || cause instanceof IOException
          || cause instanceof RetriableException
          || cause instanceof org.apache.kafka.connect.errors.RetriableException) {
        return true;
      }
    }
    return false;
  }

  /** One line: the failure and what is at its root. */
  static String inWords(Throwable failure) {
    if (failure instanceof FreshetException told) {
      return told.getMessage() + ": " + told.detail();
    }
    @Nullable Throwable root = failure;
    for (int depth = 0; root.getCause() != null && depth < DEEPEST; depth++) {
      root = root.getCause();
    }
    String first = String.valueOf(failure.getMessage());
    String last = String.valueOf(root.getMessage());
    return root == failure || first.contains(last) ? first : first + ": " + last;
  }
}

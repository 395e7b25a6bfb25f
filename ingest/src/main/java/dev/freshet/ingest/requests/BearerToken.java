package dev.freshet.ingest.requests;

import dev.freshet.runtime.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares what a caller shows with the token, in a time that does not tell how much is right. */
final class BearerToken {

  private static final String SCHEME = "Bearer ";

  private final byte @Nullable [] expected;

  BearerToken(Optional<Secret> token) {
    this.expected =
        token.map(secret -> secret.reveal().getBytes(StandardCharsets.UTF_8)).orElse(null);
  }

  /** Whether this Authorization header opens the door; always when there is no token. */
  boolean admits(@Nullable String authorization) {
    if (expected == null) {
      return true;
    }
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    byte[] shown =
        authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(expected, shown);
  }
}

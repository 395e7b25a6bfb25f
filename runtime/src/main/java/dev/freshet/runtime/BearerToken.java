package dev.freshet.runtime;

import dev.freshet.runtime.config.InvalidValue;
import dev.freshet.runtime.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares what a caller shows with the token, in a time that does not tell how much is right. */
public final class BearerToken {

  private static final String SCHEME = "Bearer ";
  private static final int SHORTEST = 16;

  private final byte @Nullable [] expected;

  public BearerToken(Optional<Secret> token) {
    this.expected =
        token.map(secret -> secret.reveal().getBytes(StandardCharsets.UTF_8)).orElse(null);
  }

  /**
   * Refuses a config that lets strangers in: a token that can be guessed, or none where others than
   * this machine can connect. Its keys are called {@code listen} and {@code token}.
   */
  public static void requireFor(ListenAddress listen, Optional<Secret> token) {
    if (token.isPresent() && token.get().reveal().length() < SHORTEST) {
      throw new InvalidValue(
          "token",
          "a token has at least %d characters, found %d"
              .formatted(SHORTEST, token.get().reveal().length()),
          "make one, for example with: openssl rand -hex 32");
    }
    if (!listen.isLoopback() && token.isEmpty()) {
      throw new InvalidValue(
          "listen",
          listen + " can be reached by others, and there is no token",
          "set token, or listen on 127.0.0.1");
    }
  }

  /** Whether there is a token at all. */
  public boolean isNeeded() {
    return expected != null;
  }

  /** Whether this Authorization header opens the door; always when there is no token. */
  public boolean admits(@Nullable String authorization) {
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

package dev.freshet.app;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where Redis listens, written {@code redis://user:password@host:port/database}; {@code rediss} for
 * TLS, {@code redis-sentinel} and {@code redis-cluster} with several hosts. {@link #toString} hides
 * the password.
 */
public record RedisAddress(String uri) {
  private static final Pattern FORM =
      Pattern.compile("(rediss?(?:-cluster|-sentinel)?://)(?:([^:@/]*:)?([^@/]+)@)?([^@\\s]+)");

  public RedisAddress {
    if (!FORM.matcher(uri).matches()) {
      throw new IllegalArgumentException(
          "this is not the address of a Redis; write it like redis://cache:6379, or"
              + " redis-cluster://one:6379,two:6379");
    }
  }

  @Override
  public String toString() {
    Matcher parts = FORM.matcher(uri);
    if (!parts.matches() || parts.group(3) == null) {
      return uri;
    }
    String user = parts.group(2) == null ? "" : parts.group(2);
    return parts.group(1) + user + "***@" + parts.group(4);
  }
}

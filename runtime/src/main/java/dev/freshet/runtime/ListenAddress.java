package dev.freshet.runtime;

import dev.freshet.runtime.config.InvalidValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where to listen: {@code host:port}, {@code [::1]:port}; port 0 takes a free one. */
public record ListenAddress(String host, int port) {

  private static final Pattern WRITTEN =
      Pattern.compile("(\\[[0-9a-fA-F:.]+]|[a-zA-Z0-9._-]+):([0-9]{1,5})");

  private static final Pattern THIS_MACHINE =
      Pattern.compile("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]{1,5})?");

  /**
   * Reads what stands in a config under {@code listen}.
   *
   * @throws InvalidValue when it is no address
   */
  public static ListenAddress parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65_535) {
      throw new InvalidValue(
          "listen", "\"" + text + "\" is not an address like 127.0.0.1:4318 or [::1]:4318");
    }
    String host = matcher.group(1);
    boolean bracketed = host.startsWith("[");
    return new ListenAddress(
        bracketed ? host.substring(1, host.length() - 1) : host,
        Integer.parseInt(matcher.group(2)));
  }

  /** By its text alone: a name other than localhost may turn out to be anything. */
  public boolean isLoopback() {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
  }

  /**
   * Whether a Host header names this machine. Where no token is needed it must: otherwise a web
   * site could point its own name at 127.0.0.1, and read the answers in a browser.
   */
  public static boolean isThisMachine(@Nullable String hostHeader) {
    return hostHeader != null && THIS_MACHINE.matcher(hostHeader).matches();
  }

  /** As it is written. */
  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}

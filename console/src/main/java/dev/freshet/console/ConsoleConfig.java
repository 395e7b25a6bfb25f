package dev.freshet.console;

import dev.freshet.runtime.BearerToken;
import dev.freshet.runtime.ListenAddress;
import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import dev.freshet.runtime.config.InvalidValue;
import dev.freshet.runtime.config.Secret;
import java.time.Duration;
import java.util.Optional;

/** The dashboard, the HTTP API and the live stream. */
@Doc("The dashboard, the HTTP API and the live stream.")
public record ConsoleConfig(
    @Doc("Where they are answered, as host:port; off when left out.") @Example("127.0.0.1:8088")
        Optional<String> listen,
    @Doc(
            "What readers send as Authorization: Bearer …, at least 16 characters. Needed where"
                + " others than this machine can connect.")
        @Example("${file:/run/secrets/console-token}")
        Optional<Secret> token,
    @Doc(
            "The same for those who may make tags stale by hand; without it nobody may. At least 16"
                + " characters, and not the token of readers.")
        @Example("${file:/run/secrets/console-admin-token}")
        Optional<Secret> adminToken,
    @Doc("From commit to deleted key: what takes longer for 1 of 100 changes is called slow.")
        @Default("250ms")
        Duration freshWithin,
    @Doc("How many requests may be under way; what is above is told to come again. 1 to 1000.")
        @Default("64")
        int concurrency,
    @Doc("How many live streams may be open. 1 to 10000.") @Default("500") int maxStreams) {

  private static final int MOST_REQUESTS = 1000;
  private static final int MOST_STREAMS = 10_000;
  private static final int SHORTEST_TOKEN = 16;

  public ConsoleConfig {
    ListenAddress address =
        ListenAddress.parse(listen.orElse("127.0.0.1:0")); // refuses what is no address
    BearerToken.requireFor(address, token);
    if (adminToken.isPresent()) {
      requireAdmin(adminToken.get(), token);
    }
    if (freshWithin.isZero() || freshWithin.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new InvalidValue("freshWithin", "found " + freshWithin + ", expected 1ms to 1m");
    }
    bounded("concurrency", concurrency, MOST_REQUESTS);
    bounded("maxStreams", maxStreams, MOST_STREAMS);
  }

  private static void requireAdmin(Secret admin, Optional<Secret> token) {
    if (admin.reveal().length() < SHORTEST_TOKEN) {
      throw new InvalidValue(
          "adminToken",
          "a token has at least %d characters, found %d"
              .formatted(SHORTEST_TOKEN, admin.reveal().length()),
          "make one, for example with: openssl rand -hex 32");
    }
    if (token.equals(Optional.of(admin))) {
      throw new InvalidValue(
          "adminToken", "it is the token of readers", "make another one: openssl rand -hex 32");
    }
  }

  private static void bounded(String name, int number, int most) {
    if (number < 1 || number > most) {
      throw new InvalidValue(name, "found %d, expected 1 to %d".formatted(number, most));
    }
  }

  /** Every setting left out: nothing is answered. */
  public static ConsoleConfig off() {
    return at(Optional.empty());
  }

  /** Every setting left out but where to listen. */
  public static ConsoleConfig at(Optional<String> listen) {
    return new ConsoleConfig(
        listen, Optional.empty(), Optional.empty(), Duration.ofMillis(250), 64, 500);
  }
}

package dev.freshet.metrics.slo;

import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.InvalidValue;
import java.time.Duration;
import java.util.List;

/** Who is told of alerts. */
@Doc("Who is told of alerts.")
public record AlertsConfig(
    @Doc("Where firing and resolved alerts are posted.") @Default("[]") List<Webhook> webhooks,
    @Doc(
            "Hosts that webhooks may go to although their addresses are private, loopback or"
                + " link-local.")
        @Default("[]")
        List<String> privateHosts,
    @Doc("How long one attempt may take; 1s to 1m.") @Default("10s") Duration timeout,
    @Doc("How long a webhook that does not answer is tried again; 1m to 1d.") @Default("15m")
        Duration giveUpAfter) {

  private static final int MOST_WEBHOOKS = 20;

  public AlertsConfig {
    webhooks = List.copyOf(webhooks);
    privateHosts = List.copyOf(privateHosts);
    if (webhooks.size() > MOST_WEBHOOKS) {
      throw new InvalidValue(
          "webhooks",
          "at most %d webhooks, found %d".formatted(MOST_WEBHOOKS, webhooks.size()),
          "let one of them pass the alerts on");
    }
    long ids = webhooks.stream().map(Webhook::id).distinct().count();
    if (ids < webhooks.size()) {
      throw new InvalidValue("webhooks", "the same url comes twice", "remove one of them");
    }
    require("timeout", timeout, Duration.ofSeconds(1), Duration.ofMinutes(1));
    require("giveUpAfter", giveUpAfter, Duration.ofMinutes(1), Duration.ofDays(1));
  }

  /** Nobody. */
  public static AlertsConfig defaults() {
    return new AlertsConfig(List.of(), List.of(), Duration.ofSeconds(10), Duration.ofMinutes(15));
  }

  private static void require(String key, Duration found, Duration least, Duration most) {
    if (found.compareTo(least) < 0 || found.compareTo(most) > 0) {
      throw new InvalidValue(key, "found %s, expected %s to %s".formatted(found, least, most));
    }
  }
}

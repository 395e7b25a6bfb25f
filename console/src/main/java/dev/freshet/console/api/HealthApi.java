package dev.freshet.console.api;

import dev.freshet.runtime.Health;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** How the console itself is, and the rules it runs with. */
final class HealthApi {

  /**
   * How this console is.
   *
   * @param state {@code running} once everything that was there has been read
   */
  record HealthAnswer(String state, String detail) {}

  private final Supplier<Health> health;
  private final Setup setup;

  HealthApi(Supplier<Health> health, Setup setup) {
    this.health = health;
    this.setup = setup;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/api/v1/health",
            "Whether this console has read what there is.",
            HealthAnswer.class,
            asked -> answer()),
        Endpoint.get(
            "/api/v1/config",
            "The rules, views, objectives and windows of the config; no addresses, no secrets.",
            Setup.class,
            asked -> setup));
  }

  private HealthAnswer answer() {
    Health now = health.get();
    return new HealthAnswer(now.state().name().toLowerCase(Locale.ROOT), now.detail());
  }
}

package dev.freshet.metrics.slo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.metrics.slo.Slo.Indicator;
import dev.freshet.runtime.config.ConfigReader;
import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Environment;
import dev.freshet.runtime.config.Scalars;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SloConfigTest {

  /** As it stands in the whole config. */
  @Doc("A file.")
  record File(
      @Doc("Objectives.") @Default(SloAlerts.DEFAULTS) Map<String, Slo> slos,
      @Doc("Who is told.") @Default("{}") AlertsConfig alerts) {}

  private static File read(String yaml) {
    return new ConfigReader(Scalars.standard(), Environment.system())
        .read(yaml, "freshet.yaml", File.class)
        .fold(accepted -> accepted.value(), problems -> failed(problems.toString()));
  }

  private static String problems(String yaml) {
    return new ConfigReader(Scalars.standard(), Environment.system())
        .read(yaml, "freshet.yaml", File.class)
        .fold(accepted -> "", Object::toString);
  }

  private static File failed(String why) {
    throw new AssertionError(why);
  }

  @Test
  void thePlatformsOwnTargetsAreTheDefaults() {
    Map<String, Slo> slos = read("{}").slos();
    assertThat(slos).containsOnlyKeys("latency", "errors", "cache");
    assertThat(slos.get("latency"))
        .isEqualTo(
            new Slo(
                Indicator.LATENCY,
                0.95,
                Optional.of(Duration.ofMillis(500)),
                Optional.empty(),
                Optional.empty(),
                100));
  }

  @Test
  void readsObjectivesAndWebhooks() {
    File file =
        read(
            """
            slos:
              orders: { indicator: errors, objective: 0.999, service: shop, route: "/orders/{id}" }
            alerts:
              webhooks:
                - url: https://hooks.example.com/freshet
                  secret: something
              private-hosts: [hooks.internal]
            """);
    assertThat(file.slos().get("orders"))
        .satisfies(slo -> assertThat(slo.isAbout("shop", "/orders/{id}")).isTrue());
    assertThat(file.alerts().webhooks().get(0).toString()).doesNotContain("something");
    assertThat(file.alerts().privateHosts()).containsExactly("hooks.internal");
  }

  @Test
  void saysWhatIsWrong() {
    assertThat(problems("slos: { a: { indicator: latency, objective: 0.9 } }"))
        .contains("latency has a threshold");
    assertThat(problems("slos: { a: { indicator: errors, objective: 99.9 } }"))
        .contains("an objective is above 0 and below 1, found 99.9");
    assertThat(problems("slos: { a: { indicator: errors, objective: 0.9, route: / } }"))
        .contains("a route belongs to a service");
    assertThat(problems("alerts: { webhooks: [ { url: \"ftp://x\" } ] }"))
        .contains("an http or https address");
  }
}

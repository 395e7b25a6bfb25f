package dev.freshet.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigReaderTest {
  private static Shop shop(String yaml) {
    return Shop.accepted(Shop.read(yaml)).value();
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    Shop shop = shop("postgres: postgres://db/shop");
    assertThat(shop.password()).isEmpty();
    assertThat(shop.invalidate()).isEmpty();
    assertThat(shop.latency().window()).isEqualTo(Duration.ofMinutes(5));
    assertThat(shop.console())
        .isEqualTo(
            new Shop.Console(
                "127.0.0.1:8088",
                Shop.Mode.READ_ONLY,
                true,
                1000,
                5_000_000_000L,
                new ByteSize(64 << 20)));
  }

  @Test
  void everyKindOfValueIsRead() {
    Shop shop =
        shop(
            """
            postgres: postgres://db/shop
            password: hunter2
            invalidate:
              public.products: ["product:{id}", "category:{category_id}"]
              public.prices: product:{product_id}
              public.orders: { tags: "order:{id}", unless-only: [updated_at] }
            views: [a.sql, b.sql]
            latency: { window: 90s, slo: { commit-to-delete: { p99: 100ms, errors: 1e-3 } } }
            console: { mode: read-write, enabled: false, feed: -5, memory: 1gb }
            """);
    assertThat(shop.password().orElseThrow().reveal()).isEqualTo("hunter2");
    assertThat(shop.invalidate().keySet())
        .containsExactly("public.products", "public.prices", "public.orders");
    assertThat(shop.invalidate().get("public.products"))
        .isEqualTo(new Shop.Rule(List.of("product:{id}", "category:{category_id}"), List.of()));
    assertThat(shop.invalidate().get("public.prices"))
        .isEqualTo(new Shop.Rule(List.of("product:{product_id}"), List.of()));
    assertThat(shop.invalidate().get("public.orders"))
        .isEqualTo(new Shop.Rule(List.of("order:{id}"), List.of("updated_at")));
    assertThat(shop.latency().slo().get("commit-to-delete"))
        .isEqualTo(new Shop.Slo(Duration.ofMillis(100), 0.001));
    assertThat(shop.console().mode()).isEqualTo(Shop.Mode.READ_WRITE);
    assertThat(shop.console().memory()).isEqualTo(new ByteSize(1L << 30));
  }

  @Test
  void aKeyWithoutAValueIsAsIfLeftOut() {
    Shop shop = shop("postgres: postgres://db/shop\nconsole:\n  # listen: x\nviews: ~\n");
    assertThat(shop.console().listen()).isEqualTo("127.0.0.1:8088");
    assertThat(shop.views()).isEmpty();
  }

  @Test
  void anAliasRepeatsWhatWasAnchored() {
    Shop shop = shop("postgres: p://db\ninvalidate: { a: &t [x, y], b: *t }\n");
    assertThat(shop.invalidate().get("b")).isEqualTo(shop.invalidate().get("a"));
  }

  @Test
  void aByteOrderMarkIsSkipped() {
    assertThat(shop("\uFEFFpostgres: p://db").postgres().text()).isEqualTo("p://db");
  }

  @Test
  void mappingsAndListsCannotBeChanged() {
    Shop shop = shop("postgres: p://db\nviews: a.sql\n");
    assertThat(shop.views()).isUnmodifiable();
    assertThat(shop.invalidate()).isUnmodifiable();
  }

  @Test
  void aLaterCheckReportsAtTheKeyThatWasWritten() {
    Origins origins =
        Shop.accepted(Shop.read("postgres: p://db\ninvalidate:\n  public.prodcts: [a, b]\n"))
            .origins();
    var tables = List.of("public.products", "public.prices");
    ConfigProblem problem =
        origins.problem(
            "invalidate.public.prodcts",
            "no such table in Postgres",
            DidYouMean.hint(tables, "public.prodcts"));
    assertThat(new ConfigProblems("freshet.yaml", List.of(problem)).text())
        .isEqualTo(
            """
            freshet.yaml: 1 problem
             3:3  invalidate.public.prodcts   no such table in Postgres; \
            did you mean public.products?""");
    assertThat(
            origins.problem("invalidate.public.prodcts.tags[1]", "no", java.util.Optional.empty()))
        .isEqualTo(
            new ConfigProblem(
                "invalidate.public.prodcts[1]", 3, 23, "no", java.util.Optional.empty()));
  }
}

package dev.freshet.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigExpansionTest {
  private static final Environment ENVIRONMENT =
      Environment.of(
          Map.of("PG_PASSWORD", "hun: [ter2]", "EMPTY", "", "PORT", "eighty", "YES", "true"),
          Map.of("/run/secrets/x", "from file\n"));

  private static Shop shop(String yaml) {
    return Shop.accepted(Shop.read(yaml, ENVIRONMENT)).value();
  }

  private static String only(String yaml) {
    var problems = Shop.problems(Shop.read(yaml, ENVIRONMENT));
    assertThat(problems).hasSize(1);
    return problems.get(0);
  }

  @Test
  void aVariableIsExpandedInsideAText() {
    assertThat(shop("postgres: p://u:${PG_PASSWORD}@db").postgres().text())
        .isEqualTo("p://u:hun: [ter2]@db");
  }

  @Test
  void aValueCannotAddYaml() {
    Shop shop = shop("postgres: p://db\nviews: ${PG_PASSWORD}\n");
    assertThat(shop.views()).containsExactly("hun: [ter2]");
  }

  @Test
  void aFileIsReadWithoutItsLastLineBreak() {
    assertThat(
            shop("postgres: p://db\npassword: ${file:/run/secrets/x}")
                .password()
                .map(Secret::reveal))
        .hasValue("from file");
  }

  @Test
  void aDefaultStandsInForAnUnsetOrEmptyVariable() {
    Shop shop = shop("postgres: p://db\nviews: ['${A:-x}', '${EMPTY:-y}', '${EMPTY}', '${A:-}']");
    assertThat(shop.views()).containsExactly("x", "y", "", "");
  }

  @Test
  void twoDollarsKeepTheReferenceAsText() {
    assertThat(shop("postgres: p://db\nviews: 'a$${B}$'").views()).containsExactly("a${B}$");
  }

  @Test
  void anExpandedTextIsReadAsTheTypeOfItsSetting() {
    assertThat(shop("postgres: p://db\nconsole: { enabled: '${YES}' }").console().enabled())
        .isTrue();
  }

  @Test
  void whatHasNoValueIsNamed() {
    assertThat(only("postgres: p://${NOWHERE}"))
        .isEqualTo(
            "1:11  postgres   the environment variable NOWHERE is not set; set it, or write"
                + " ${NOWHERE:-default}");
    assertThat(only("postgres: ${file:/nowhere}"))
        .isEqualTo("1:11  postgres   there is no file \"/nowhere\"");
    assertThat(only("postgres: ${a b}"))
        .isEqualTo(
            "1:11  postgres   has ${a b}; expected ${NAME}, ${NAME:-default} or ${file:/path};"
                + " write $${ for a plain ${");
    assertThat(only("postgres: ${A"))
        .isEqualTo("1:11  postgres   has ${ without a closing }; write $${ for a plain ${");
  }

  @Test
  void aProblemNeverShowsAnExpandedValue() {
    assertThat(only("postgres: p://db\nconsole: { feed: '${PORT}' }"))
        .isEqualTo("2:18  console.feed   the value of \"${PORT}\" is not a whole number like 8");
    assertThat(only("postgres: p://db\nlatency: '${PG_PASSWORD}'"))
        .isEqualTo(
            "2:10  latency   found \"${PG_PASSWORD}\"; expected a mapping with the keys window,"
                + " slo");
  }

  @Test
  void aRefusalByARecordDoesNotShowAnExpandedValueEither() {
    assertThat(only("postgres: p://db\ninvalidate: { a: [x, y, '${PG_PASSWORD}'] }"))
        .isEqualTo("2:18  invalidate.a   has more than two tags: [x, y, ${PG_PASSWORD}]");
  }

  @Test
  void anExpandedValueDoesNotGarbleTheWordsOfAnotherProblem() {
    assertThat(only("postgres: p://db\nviews: '${YES}'\nconsole: { enabled: maybe }"))
        .isEqualTo("3:21  console.enabled   \"maybe\" is not true or false");
  }

  @Test
  void aSecretDoesNotPrintItself() {
    assertThat(new Secret("hunter2")).hasToString("***");
    assertThat(shop("postgres: p://db\npassword: hunter2").toString()).doesNotContain("hunter2");
  }
}

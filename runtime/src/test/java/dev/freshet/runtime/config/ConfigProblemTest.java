package dev.freshet.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigProblemTest {
  private static final String OK = "postgres: p://db\n";

  private static String only(String yaml) {
    var problems = Shop.problems(Shop.read(yaml));
    assertThat(problems).hasSize(1);
    return problems.get(0);
  }

  @Test
  void allProblemsAreReportedAtOnceInTheOrderOfTheFile() {
    String text =
        Shop.read(
                """
                # a shop
                postgres: db
                invalidat:
                  public.products: []
                views: { a: b }



                latency:
                  slo: { commit-to-delete: { p99: 100 } }
                """)
            .fold(value -> "accepted", ConfigProblems::text);
    assertThat(text)
        .isEqualTo(
            """
            freshet.yaml: 4 problems
              2:11  postgres   "db" has no scheme like postgres://
              3:1   invalidat   there is no such setting; did you mean invalidate?
              5:8   views   found a mapping; expected a list, each item a text
             10:35  latency.slo.commit-to-delete.p99   "100" has no unit; write 100ms or 100s""");
  }

  @Test
  void jsonHoldsTheSame() {
    var json =
        Shop.read(OK + "vews: a\n").fold(value -> null, problems -> problems.json().toString());
    assertThat(json)
        .isEqualTo(
            "{\"file\":\"freshet.yaml\",\"problems\":[{\"path\":\"vews\",\"line\":2,\"column\":1,"
                + "\"message\":\"there is no such setting\",\"hint\":\"did you mean views?\"}]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "console: { mode: readonly } ~ 2:18  console.mode   \"readonly\" is not a choice; did you"
            + " mean read-only?",
        "console: { mode: x } ~ 2:18  console.mode   \"x\" is not a choice; expected one of"
            + " read-only, read-write",
        "console: { enabled: yes } ~ 2:21  console.enabled   \"yes\" is not true or false; write"
            + " true",
        "console: { enabled: maybe } ~ 2:21  console.enabled   \"maybe\" is not true or false",
        "console: { feed: 1.5 } ~ 2:18  console.feed   \"1.5\" is not a whole number like 8",
        "console: { feed: 3000000000 } ~ 2:18  console.feed   3000000000 does not fit; expected a"
            + " whole number from -2147483648 to 2147483647",
        "console: { memory: 64 } ~ 2:20  console.memory   \"64\" has no unit; write 64kb or 64mb",
        "console: { memory: 64kib } ~ 2:20  console.memory   \"64kib\" ends in \"kib\"; the units"
            + " are b, kb, mb, gb and tb",
        "console: { memory: [1kb] } ~ 2:20  console.memory   found a list; expected a size like"
            + " 64mb",
        "console: { Listen: a } ~ 2:12  console.Listen   there is no such setting; did you mean"
            + " listen?",
        "listen: a:1 ~ 2:1  listen   there is no such setting; did you mean console.listen?",
        "zzz: 1 ~ 2:1  zzz   there is no such setting; expected one of postgres, password,"
            + " invalidate, views, latency, console",
        "console: on ~ 2:10  console   found \"on\"; expected a mapping with the keys listen, mode,"
            + " enabled, feed, kept, memory",
        "latency: { window: 5 minutes } ~ 2:20  latency.window   \"5 minutes\" is not a duration"
            + " like 250ms, 10s, 5m, 1h or 7d",
        "latency: { window: 5y } ~ 2:20  latency.window   \"5y\" ends in \"y\"; the units are ms,"
            + " s, m, h and d",
        "latency: { window: 0s } ~ 2:10  latency   a window of 0s holds nothing",
        "latency: { slo: { a: {} } } ~ 2:22  latency.slo.a.p99   is required; expected a duration"
            + " like 10s",
        "latency: { slo: { a: { p99: 1s, errors: many } } } ~ 2:41  latency.slo.a.errors   \"many\""
            + " is not a number like 0.5",
        "invalidate: { a: [] } ~ 2:18  invalidate.a   has no tags; name at least one",
        "invalidate: { a: { tags: [] } } ~ 2:26  invalidate.a.tags   has no tags; name at least"
            + " one",
        "invalidate: { a: { tags: t, unlessOnly: c } } ~ 2:29  invalidate.a.unlessOnly   there is"
            + " no such setting; did you mean unless-only?",
        "invalidate: { a: [x, [y]] } ~ 2:22  invalidate.a[1]   found a list; expected a text",
        "views: [a ~ 2:10  a list opened with [ is not closed with ]",
        "views: [a, ~ 2:11  the file ends inside a list or mapping that is not closed",
        "views: !!python/x a ~ 2:8  views   has the YAML tag tag:yaml.org,2002:python/x; tags have"
            + " no use here",
        "postgres: p://other ~ 2:1  postgres   is written twice; the first is on line 1",
        "views: *nowhere ~ 2:8  views   *nowhere refers to no finished &nowhere above it",
        "views: &x [*x] ~ 2:12  views[0]   *x refers to no finished &x above it",
        "? [a]\\n: b ~ 2:3  has a list as a key; a key is a plain word",
        "<<: {} ~ 2:1  <<   merge keys are not part of YAML 1.2; expected one of postgres,"
            + " password, invalidate, views, latency, console",
        "console:\\n\\tlisten: a ~ 3:1  a tab is used for indentation; YAML wants spaces",
        "views: a: b ~ 2:9  a second \": \" on one line; put the value in quotes, or the key on its"
            + " own line",
        "views: \"a ~ 2:10  a quote is not closed before the end of the file",
        "views ~ 2:6  this line has no \": \" after its key",
        "views: @a ~ 2:8  a value starts with a character that YAML keeps for itself; put the"
            + " value in quotes",
        "---\\nviews: a ~ 2:1  a second document starts here; a config file has one",
      })
  void saysWhatWasFoundAndWhatIsExpected(String yaml, String problem) {
    assertThat(only(OK + yaml.replace("\\n", "\n").replace("\\t", "\t"))).isEqualTo(problem);
  }

  @Test
  void aMissingSettingIsShownByItsExample() {
    assertThat(only("views: a"))
        .isEqualTo(
            "1:1  postgres   is required; for example postgres: postgres://freshet@db:5432/shop");
  }

  @Test
  void anEmptyFileSaysWhatItNeeds() {
    String message = "1:1  the file has no settings; it needs at least postgres";
    assertThat(only("")).isEqualTo(message);
    assertThat(only("# nothing\n")).isEqualTo(message);
    assertThat(only("---\n")).isEqualTo(message);
  }

  @Test
  void aFileThatIsNoMappingIsRefused() {
    assertThat(only("- a\n- b\n"))
        .startsWith("1:1  found a list; expected a mapping with the keys");
    assertThat(only("hello")).startsWith("1:1  found \"hello\"; expected a mapping with the keys");
  }

  @Test
  void aCharacterOutsideYamlIsNamed() {
    assertThat(only(OK + "views: a\u0001"))
        .isEqualTo(
            "2:9  the character U+0001 is not allowed in YAML; remove it, or write it as an escape"
                + " in double quotes");
  }

  @Test
  void sizeDepthAndAliasesAreBounded() {
    assertThat(only("# " + "x".repeat(ConfigReader.LARGEST))).contains("larger than 1mb");
    assertThat(only("views: " + "[".repeat(100_000))).endsWith("more than 64 levels deep");
    StringBuilder laughs = new StringBuilder("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (char c = 'b'; c < 'z'; c++) {
      char before = (char) (c - 1);
      laughs.append(c).append(": &").append(c).append(" [");
      laughs.append(("*" + before + ", ").repeat(9)).append("*").append(before).append("]\n");
    }
    assertThat(only(laughs.toString())).endsWith("brings the file to more than 100000 values");
  }

  @Test
  void aLongOrBrokenValueStaysOnOneShortLine() {
    assertThat(only(OK + "console: { feed: \"a\\nb\" }")).contains("\"a\\nb\" is not a whole");
    assertThat(only(OK + "console: { feed: " + "9".repeat(5000) + "}")).hasSizeLessThan(500);
  }
}
